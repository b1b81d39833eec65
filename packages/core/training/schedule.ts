// One interface for when which layer learns.

import type { Part } from "../data/batches.ts";
import type { Source } from "../data/source.ts";
import type { Fields } from "../schema/schema.ts";
import type { InputOptions } from "../data/options.ts";
import type { Forward, Stack } from "../scoring/forward.ts";
import type { LearningOptions } from "./contrasts.ts";

/** How a batch is learned from. */
export interface Turn {
  /** Multiplies the learning rates. */
  gain: number;
  /** To be awaited after every update. */
  updated: () => Promise<void>;
  /** How many of the batch's updates were made before. */
  done?: number;
  /** Whether the layers rest, and the readout alone learns. */
  layersRest?: boolean;
  /** Which layers learn; all of them where absent. */
  learning?: readonly boolean[];
  /** Stops the work between updates; its reason is thrown. */
  signal?: AbortSignal | undefined;
}

/** Lets layers learn from batches. */
export interface Schedule {
  /**
   * Trains on one batch, given as the parts that make it up. The gradient is summed over the parts, so that how a batch is cut does
   * not matter, but for which elements dropout and hybrids draw: their seeds are a part's.
   */
  train(source: Source, parts: readonly Part[], turn: Turn): Promise<void>;
}

/** A kind of schedule: `Recipe.schedule` names it. */
export interface ScheduleKind<O extends { kind: string } = { kind: string }> {
  /** What its options may be, besides their `kind`. */
  readonly options: Fields<Omit<O, "kind">>;
  /** Whether a readout learns by it too, where there is one. */
  readonly trainsReadout: boolean;
  /** Whether layers may learn by it from labels that they do not see, in epochs of their own, and with shortcuts between them. */
  readonly trainsByLabels?: boolean;
  /** Updates that it makes on one batch with so many layers. */
  updatesPerBatch(options: O, layers: number): number;
  /** Throws a `RangeError` where its options contradict each other, or the rest of the recipe. */
  check?(options: O, recipe: LearningOptions): void;
  /** How its layers go forward, where that is not from the bottom up: with the label above the last. */
  forward?(options: O, stack: Stack, recipe: Pick<InputOptions, "label" | "frames">): Forward;
  /** Makes one, for layers that go {@linkcode Forward}, by the rest of the recipe. */
  create(options: O, forward: Forward, recipe: LearningOptions): Schedule;
}

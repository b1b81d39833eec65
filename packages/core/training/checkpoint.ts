// All that training continues from, and how it goes to the host and back.

import type { InputScale } from "../data/inputs.ts";
import type { Backend } from "../tensor/backend.ts";
import { firstNotFinite } from "./first_not_finite.ts";
import { INPUTS, inputsOf, withInputs } from "./input_scale.ts";
import type { Layer } from "../layers/layer.ts";
import {
  modelSlots,
  type Named,
  type NetworkState,
  readSlots,
  runningSlots,
  type Slot,
  writeSlots,
} from "./state.ts";
import { TrainingError } from "./training_error.ts";

/**
 * All that the rest of a training run depends on besides its recipe, seed and data, as plain data: every random
 * number derives from the seed and the epoch.
 */
export interface Checkpoint {
  /** Epochs trained to their end. */
  epoch: number;
  /** Updates done of the epoch after those, 0 between epochs. */
  update: number;
  /** Steps that each layer's optimizer has taken and, last, that of the readout, if there is one. */
  steps: number[];
  /** Pairs behind each layer's running figures. */
  pairs: number[];
  /**
   * What {@linkcode FFNetwork.state} has, the optimizers' moments (`layers.0.weight.velocity`) and the running
   * figures of the epoch under way (`layers.0.figures` `[4, 1]`, `readout.mistakes` `[1, 1]`).
   */
  tensors: NetworkState;
}

/** Where training stands. */
export interface Position {
  /** Epochs trained to their end. */
  epoch: number;
  /** Updates done of the epoch after those. */
  update: number;
  /** How inputs are seen; null where the recipe takes them as they are. */
  scale: InputScale | null;
  /** What the network wrote before the epoch under way, where that is its negative data. */
  written: NetworkState[string] | null;
}

// The name that what was written has in a checkpoint.
const WRITTEN = "written";

/** {@linkcode FFNetwork.checkpoint}. */
export async function takeCheckpoint(
  backend: Backend,
  learners: Named,
  layers: readonly Layer[],
  { epoch, update, scale, written }: Position,
): Promise<Checkpoint> {
  const steps = learners.map(([, { optimizer }]) => optimizer.step);
  const pairs = layers.map(({ figures }) => figures.pairs);
  const state = await readSlots(backend, trainingSlots(learners));
  const seen = scale ? withInputs(state, scale) : state;
  const tensors = written && update > 0 ? { ...seen, [WRITTEN]: written } : seen;
  for (const [name, { data }] of Object.entries(tensors)) {
    if (firstNotFinite(data) < 0) continue;
    const [part, l] = name.split(".");
    const who = part === "layers" ? `layer ${Number(l) + 1}` : `the ${part}`;
    const during = update > 0 ? epoch + 1 : epoch;
    throw new TrainingError(
      `${who} diverged in epoch ${during} ("${name}" is no longer finite): lower the learning rate`,
    );
  }
  return { epoch, update, steps, pairs, tensors };
}

/**
 * {@linkcode FFNetwork.restore}; returns how inputs are seen, and what was written. Throws a `TypeError`, before anything is changed, if it
 * does not fit what the recipe asks for: inputs that are measured, and negatives that are written.
 */
export function restoreCheckpoint(
  backend: Backend,
  learners: Named,
  layers: readonly Layer[],
  { epoch, update, steps, pairs, tensors }: Checkpoint,
  { measures, writes }: { measures: boolean; writes: boolean },
): Pick<Position, "written"> & { scale: InputScale } {
  const counts = (values: unknown, length: number): boolean =>
    Array.isArray(values) && values.length === length &&
    values.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!counts([epoch, update], 2)) {
    throw new TypeError(
      `a checkpoint is after whole epochs and updates, got ${epoch}, ${update}`,
    );
  }
  if (!counts(steps, learners.length) || !counts(pairs, layers.length)) {
    const readout = learners.length > layers.length ? " and a readout" : "";
    throw new TypeError(
      `${layers.length} layers${readout} need ${learners.length} counts of steps and ` +
        `${layers.length} of pairs, got [${steps}] and [${pairs}]`,
    );
  }
  const slots = trainingSlots(learners);
  const scale = inputsOf(tensors);
  const surplus = Object.keys(tensors).find((key) =>
    !slots.some(({ name }) => name === key) && !(key === INPUTS && measures) &&
    !(key === WRITTEN && writes)
  );
  if (measures && !(INPUTS in tensors)) {
    throw new TypeError(`"${INPUTS}" is missing, by which the recipe has images seen`);
  }
  const written = tensors[WRITTEN] ?? null;
  if (surplus !== undefined) throw new TypeError(`"${surplus}" has no place in the network`);
  writeSlots(backend, slots, tensors);
  learners.forEach(([, { optimizer }], i) => optimizer.step = steps[i]!);
  layers.forEach(({ figures }, l) => figures.pairs = pairs[l]!);
  return { scale, written };
}

function trainingSlots(learners: Named): Slot[] {
  return [...modelSlots(learners, true), ...runningSlots(learners)];
}

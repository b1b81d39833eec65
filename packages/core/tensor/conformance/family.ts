// A kind of operation that is tried on many shapes.

import type { Draw } from "./draw.ts";
import type { Trial } from "./trial.ts";

/** One comparison with the reference. */
export type Case = (t: Trial, draw: Draw) => Promise<void>;

/** A kind of operation. */
export interface Family {
  /** Names it. */
  readonly name: string;
  /** Tries a shape drawn at random. */
  readonly random: Case;
  /** Tries the longest shapes: those longer than loops may be, and those of tensors of so many elements. */
  readonly longest: (elements: number) => Case[];
}

/** A family whose cases are told apart by their sizes. */
export function family<S>(
  name: string,
  { draw, long = [], largest = () => [], run }: {
    /** Sizes drawn at random. */
    draw: (draw: Draw) => S;
    /** Sizes that take a loop, or one lane's share of it, beyond 65,535 turns. */
    long?: readonly S[];
    /** Sizes of tensors of so many elements. */
    largest?: (elements: number) => readonly S[];
    /** Tries some sizes; what else there is to choose it draws. */
    run: (t: Trial, sizes: S, draw: Draw) => Promise<void>;
  },
): Family {
  return {
    name,
    random: (t, random) => run(t, draw(random), random),
    longest: (elements) => {
      const all = elements > 0 ? [...long, ...largest(elements)] : long;
      return all.map((sizes): Case => (t, draw) => run(t, sizes, draw));
    },
  };
}

/** Elements of a tensor drawn at random, at most: more than a grid has workgroups along an axis, in either direction. */
export const VOLUME: number = 2 ** 17;

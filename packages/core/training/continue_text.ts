// A network goes on with a text, character by character.

import { inputWidth } from "../data/options.ts";
import { makeText } from "../data/strings.ts";
import { summedGoodness, summedLayers } from "../scoring/scoring.ts";
import type { Random } from "../tensor/random.ts";
import type { FFNetwork } from "./network.ts";

/** Options of {@linkcode continueText}. */
export interface ContinueOptions {
  /** The symbol that stands before a beginning that is shorter than a window. */
  blank: number;
  /** What characters are drawn by. */
  random: Random;
  /** How freely they are drawn: by the softmax of scores divided by this, and for 0 the likeliest one. */
  temperature: number;
  /** Stops it; its reason is thrown. */
  signal?: AbortSignal | undefined;
}

/**
 * The symbols, without end, by which a network that learned text goes on with a beginning: by its readout or, without one, by the goodness
 * of every symbol. Throws a `RangeError` for a symbol that it does not know.
 */
export async function* continueText(
  network: FFNetwork,
  beginning: ArrayLike<number>,
  { blank, random, temperature, signal }: ContinueOptions,
): AsyncGenerator<number, never, void> {
  const { recipe, readout } = network;
  const { classes } = recipe;
  const window = inputWidth(recipe) / classes;
  const known = [...Array.from<number>({ length: window }).fill(blank), ...Array.from(beginning)];
  const unknown = known.find((symbol) => !(symbol >= 0 && symbol < classes));
  if (unknown !== undefined) {
    throw new RangeError(`symbol ${unknown} is not from 0 to ${classes - 1}`);
  }
  while (true) {
    // A string of one window, whose last character is to be found.
    const string = Uint16Array.from([...known.slice(-window), 0]);
    const found = await network.score(
      makeText(string, classes, { length: window + 1, window }),
      { goodness: readout === null, signal },
    );
    const scores = found.logits ??
      summedGoodness(found, summedLayers(recipe, found.goodness.length));
    const drawn = Array.from(
      scores,
      (score) => score + (temperature && temperature * random.gumbel()),
    );
    const next = drawn.indexOf(Math.max(...drawn));
    known.push(next);
    yield next;
  }
}

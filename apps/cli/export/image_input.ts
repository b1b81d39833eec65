// Images as a model's graph takes them.

import { channelsOf, type ImageSize, type InputScale } from "@forward-forward/core/data";
import { type Graph, TYPES } from "./graph.ts";

/** The shape of an image: a row of pixels, or `[channels, rows, columns]` where there are several channels. */
export function imageShape(image: ImageSize): number[] {
  const { rows, columns } = image;
  const channels = channelsOf(image);
  return channels > 1 ? [channels, rows, columns] : [rows * columns];
}

/**
 * Bytes of images, `[n, pixels]`, as the distance to their ground, and how many levels one of it is worth: as
 * `aroundGround()` of the core has them.
 */
export function aroundGround(
  g: Graph,
  image: ImageSize,
  ground: InputScale["ground"],
): { levels: string; step: number } {
  const flat = (x: string): string => channelsOf(image) > 1 ? g.add("Flatten", [x]) : x;
  if (typeof ground === "number") {
    const levels = flat(g.add("Cast", ["images"], { to: TYPES.float }));
    return { levels: ground === 0 ? levels : g.add("Add", [levels, g.floats(-ground)]), step: 1 };
  }
  // Whole numbers are divided towards zero.
  const whole = g.add("Cast", ["images"], { to: TYPES.int32 });
  const grounds = g.words(ground.map((level) => -level), [1, ground.length, 1, 1]);
  const halves = g.add("Div", [g.add("Add", [whole, grounds]), g.words([2], [1])]);
  return { levels: flat(g.add("Cast", [halves], { to: TYPES.float })), step: 2 };
}

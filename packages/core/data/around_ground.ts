// Pixels as the distance to their ground, still in bytes.

import { channelsOf, type Dataset, type ImageSize } from "./dataset.ts";
import { groundIn, type InputScale } from "./inputs.ts";

/** Bytes that stand for numbers, some of them below zero. */
export interface AroundGround {
  /** As many as there were; the ground itself is 0. */
  bytes: Uint8Array;
  /** Those above this stand for numbers below zero, 256 less. */
  highest: number;
  /** Levels that one of them is worth. */
  step: number;
}

/**
 * The distance of images to their ground. Where channels have grounds of their own, there are more distances than a byte has
 * values: one is then worth two levels, rounded towards the ground. Throws a `TypeError` if there are other grounds than channels.
 */
export function aroundGround(
  data: Pick<Dataset, "images" | keyof ImageSize>,
  ground: InputScale["ground"],
): AroundGround {
  const { images, rows, columns } = data;
  if (ground === 0) return { bytes: images, highest: 255, step: 1 };
  const bytes = new Uint8Array(images.length);
  if (typeof ground === "number") {
    for (let i = 0; i < bytes.length; i++) bytes[i] = images[i]! - ground;
    return { bytes, highest: 255 - ground, step: 1 };
  }
  const channels = channelsOf(data);
  if (ground.length !== channels) {
    throw new TypeError(
      `the network sees images in ${ground.length} channels, and these have ${channels}`,
    );
  }
  const plane = rows * columns;
  for (let start = 0, c = 0; start < images.length; start += plane) {
    const own = groundIn(ground, c);
    for (let i = start; i < start + plane; i++) bytes[i] = Math.trunc((images[i]! - own) / 2);
    c = (c + 1) % channels;
  }
  return { bytes, highest: 127, step: 2 };
}

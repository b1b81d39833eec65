// How pixels become numbers whatever images they are of: by what is measured of those that are learned from.

import { bytesOf, channelsOf, type Dataset, type ImageSize } from "./dataset.ts";

/**
 * How a network sees images. A recipe's settings were chosen on MNIST, whose ground is black and whose ink makes a known
 * share of the length of an input, beside the label's; other images are brought to the same.
 */
export interface InputScale {
  /** The level, 0 to 255, that becomes 0: one for all channels or, where a ground has a colour, one for each. */
  ground: number | readonly number[];
  /** What the values of the label's pixels are multiplied with. */
  label: number;
}

/** Pixels from 0 to 1 and a label as strong as the recipe says. */
export const PLAIN: InputScale = { ground: 0, label: 1 };

/** MNIST's pixels, and their mean sum of squares in a training image. */
const MNIST_PIXELS = 784;
const MNIST_SQUARES = 342_590_800_147 / (60_000 * 255 ** 2);

// Levels this near are the same ground, with some noise, and it is one where they are so much of all pixels.
const NEAR = 8;
const SHARE = 1 / 3;

// Channels whose grounds are this near have one, so that all of their 256 levels can be told apart.
const ONE_GROUND = 16;

/**
 * Measures images to learn from. Their ground is the commonest level where a third of all pixels are like it, and
 * otherwise the mean one, and each channel has one of its own where these are apart. The label is made as strong beside the pixels as on MNIST and, beside more pixels than MNIST has, to
 * have the share of an input's length that it has there.
 *
 * Throws a `RangeError` where all pixels are of one level, which shows nothing.
 */
export function measureInputs(
  data: Pick<Dataset, "images" | "count" | keyof ImageSize>,
): InputScale {
  const { images, count } = data;
  const channels = levelsOf(data);
  const levels = channels[0]!.map((_, level) =>
    channels.reduce((sum, channel) => sum + channel[level]!, 0)
  );
  const each = channels.map((channel) => groundOf(channel, images.length / channels.length));
  const isOne = Math.max(...each) - Math.min(...each) <= ONE_GROUND;
  const ground = isOne ? groundOf(levels, images.length) : each;
  const squares = channels.reduce(
    (all, channel, c) =>
      all + channel.reduce((sum, n, level) => sum + n * (level - groundIn(ground, c)) ** 2, 0),
    0,
  );
  if (squares === 0) {
    throw new RangeError(
      `every pixel of the ${count} training images is ${each}: there is nothing to learn from`,
    );
  }
  // Images smaller than MNIST's leave the label a larger share, which does them good.
  const usual = MNIST_SQUARES * Math.min(1, bytesOf(data) / MNIST_PIXELS);
  return { ground, label: inSteps(Math.sqrt(squares / (count * 255 ** 2) / usual)) };
}

// How often each channel has each level.
function levelsOf(data: Pick<Dataset, "images" | "count" | keyof ImageSize>): Float64Array[] {
  const channels = Array.from({ length: channelsOf(data) }, () => new Float64Array(256));
  const { images, rows, columns } = data;
  const plane = rows * columns;
  for (let start = 0, c = 0; start < images.length; start += plane) {
    const levels = channels[c]!;
    for (let at = start; at < start + plane; at++) levels[images[at]!]!++;
    c = (c + 1) % channels.length;
  }
  return channels;
}

/** The ground of a channel. */
export function groundIn(ground: InputScale["ground"], channel: number): number {
  return typeof ground === "number" ? ground : ground[channel]!;
}

// To the nearest of four steps to a doubling, so that a part of a data set is as the whole, and what is about as MNIST is at
// exactly 1; a number of 32 bits, as it is saved.
function inSteps(factor: number): number {
  return Math.fround(2 ** (Math.round(4 * Math.log2(factor)) / 4));
}

function groundOf(levels: Float64Array, pixels: number): number {
  const commonest = levels.indexOf(Math.max(...levels));
  const like = levels.subarray(Math.max(0, commonest - NEAR), commonest + NEAR + 1);
  if (like.reduce((sum, n) => sum + n) >= SHARE * pixels) return commonest;
  return Math.round(levels.reduce((sum, n, level) => sum + n * level) / pixels);
}

/**
 * What the first layer's learning rate is multiplied with. Rows are scaled to a mean square of 1, so a step of the weights moves
 * a unit the further the more inputs there are: with more than MNIST has it is to move it as far as there.
 */
export function inputPace(pixels: number): number {
  return Math.min(1, MNIST_PIXELS / pixels);
}

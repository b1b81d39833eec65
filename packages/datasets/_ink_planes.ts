// How much ink is where, on paper that is not equally light everywhere.

import { closing, opening, type Plane, smooth } from "./_window.ts";

/** Ink of one polarity. */
export interface InkPlane extends Plane {
  /** `[width * height]` ink with noise smoothed away, which tells what belongs together. */
  soft: Float32Array;
  /** 1 for ink darker than the paper, -1 for lighter. */
  sign: 1 | -1;
  /** What ink has to exceed to be more than noise. */
  least: number;
}

/** The least difference in grey between ink and background. */
export const CONTRAST = 16;
/** Smaller pictures have strokes of few pixels and are not smoothed. */
const SMALL = 100;
/** Noise has hardly anything beyond this many deviations. */
const DEVIATIONS = 5;

/**
 * What is darker than the paper around it, or lighter with `sign` -1. The paper is what is left where all that is narrower
 * than the window is taken away: it follows shadows, tables and light that falls off.
 */
export function inkPlane(picture: Plane, sign: 1 | -1, window: number): InkPlane {
  const { values, width, height } = picture;
  const even = Math.min(width, height) < SMALL ? picture : smooth(picture);
  const paper = (sign === 1 ? closing : opening)(even, window).values;
  const differences = even.values.map((value, i) => sign * (paper[i]! - value));
  // The window takes the lightest of the noise, which is not the paper; the middle one of all pixels is, unless most of them
  // are of a table.
  const noise = noiseOf(even);
  const bias = Math.min(quantile(differences, 0.5), DEVIATIONS * noise);
  const level = quantile(paper, 0.5) - sign * bias;
  const soft = new Float32Array(values.length);
  const ink = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const light = paper[i]! - sign * bias;
    // Ink takes a part of the light away; chalk adds to what there is.
    const scale = sign === 1 && light > CONTRAST ? level / light : 1;
    soft[i] = scale * sign * (light - even.values[i]!);
    ink[i] = scale * sign * (light - values[i]!);
  }
  const least = Math.max(CONTRAST, DEVIATIONS * noise);
  return { values: ink, soft, sign, width, height, least };
}

/** The standard deviation of noise: what neighbours differ by where most of the picture is even. */
export function noiseOf({ values, width, height }: Plane): number {
  const steps: number[] = [];
  const stride = Math.max(1, Math.floor(values.length / 20_000));
  for (let i = 0; i < width * (height - 1) - 1; i += stride) {
    steps.push(Math.abs(values[i]! - values[i + width + 1]!));
  }
  // The difference of two is wider by the root of two, and half of a normal's lies within 0.6745.
  return steps.length === 0 ? 0 : quantile(steps, 0.5) / 0.6745 / Math.SQRT2;
}

/** So many values tell as much as all of them. */
const SAMPLE = 20_000;

/** The value that `part` of all lie below. */
export function quantile(values: ArrayLike<number>, part: number): number {
  const stride = Math.ceil(values.length / SAMPLE);
  const sample = new Float32Array(Math.ceil(values.length / stride));
  for (let i = 0; i < sample.length; i++) sample[i] = values[i * stride]!;
  return sample.sort()[Math.floor(part * (sample.length - 1))]!;
}

// How a model reads pictures of every kind.

import type { Dataset } from "@forward-forward/core";
import { DataError } from "@forward-forward/datasets";
import { openBackend } from "../../apps/cli/shared/backends.ts";
import { fitPicture } from "../../apps/cli/images/fit_picture.ts";
import type { Model } from "../../apps/cli/run/model_file.ts";
import { rebuild } from "../../apps/cli/run/model_file.ts";
import { predictionsOf } from "../../apps/cli/predict/predict.ts";
import { type Kind, kinds } from "./kinds.ts";

/** Above this a wrong answer is a confident one. */
export const CONFIDENT = 0.8;

/** How pictures of a kind were read. */
export interface Reading {
  /** The kind. */
  kind: Kind;
  /** How many. */
  count: number;
  /** The label was right. */
  right: number;
  /** No label was given. */
  refused: number;
  /** A wrong label, or any where there is not one digit, was given with a confidence above {@linkcode CONFIDENT}. */
  confidentlyWrong: number;
  /** Which pictures were read wrong, counted from 0. */
  wrong: number[];
  /** What was said where none was given, and how often. */
  said: Map<string, number>;
}

/** Makes `count` pictures of each kind from a data set's first images, and has a model read them. */
export async function measure(
  model: Model,
  data: Dataset,
  count: number,
  only: (kind: Kind) => boolean = () => true,
): Promise<Reading[]> {
  const { backend: opened } = await openBackend("onnx");
  using backend = opened;
  using network = await rebuild(backend, model);
  const { rows, columns } = data;
  const size = rows * columns;
  const image = (i: number): Uint8Array =>
    data.images.subarray(i % data.count * size, (i % data.count + 1) * size);
  const readings: Reading[] = [];
  for (const kind of kinds.filter(only)) {
    const reading: Reading = {
      ...{ kind, count, right: 0, refused: 0, confidentlyWrong: 0 },
      wrong: [],
      said: new Map(),
    };
    const fitted: { pixels: Uint8Array; i: number }[] = [];
    for (let i = 0; i < count; i++) {
      const picture = await kind.make([image(i), image(i + count)], i);
      try {
        fitted.push({ pixels: fitPicture(picture, model.info, "it"), i });
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        reading.refused++;
        reading.said.set(error.message, (reading.said.get(error.message) ?? 0) + 1);
      }
    }
    if (fitted.length > 0) {
      const images = new Uint8Array(fitted.length * size);
      fitted.forEach(({ pixels }, n) => images.set(pixels, n * size));
      const scores = await network.score({ images, count: fitted.length, rows, columns });
      predictionsOf(scores, model.info.recipe).forEach(({ label, confidence }, n) => {
        const { i } = fitted[n]!;
        if (kind.digits === 1 && label === data.labels[i % data.count]) reading.right++;
        else {
          reading.wrong.push(i);
          if (confidence > CONFIDENT) reading.confidentlyWrong++;
        }
      });
    }
    readings.push(reading);
  }
  return readings;
}

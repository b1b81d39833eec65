// Prediction: the goodness of every label, the readout's logits, and what they amount to.

import type { LabelOptions } from "../data/options.ts";
import type { Source } from "../data/source.ts";
import type { Tensor } from "../tensor/backend.ts";
import type { Forward } from "./forward.ts";

/** How a label is predicted: by the softmax in one pass, or by the largest goodness summed over layers `from` to `to`. */
export type PredictOptions =
  | { by: "softmax" }
  | {
    by: "goodness";
    /** The first hidden layer whose goodness counts, from 0. */
    from: number;
    /** The last; that of the network where absent. */
    to?: number;
  };

/** The parts of a recipe by which predictions are made and judged. */
export interface EvaluationOptions {
  /** How a label is predicted. */
  predict: PredictOptions;
  /** The first hidden layer that the readout sees, if there is a readout. */
  readout: { from: number } | null;
  /** Whether labels are shown to the layers: their placement. */
  label: Pick<LabelOptions, "placement">;
  /** What layers learn from: `"none"` where labels are not shown and are learned from all the same. */
  negatives: string;
}

/** Scores of a run of images, on the host. */
export interface Scores {
  /** Number of images. */
  count: number;
  /** Number of labels. */
  classes: number;
  /**
   * For each layer the goodness of every label, `[count * classes]`; the same for all where labels are never shown, and empty where it was
   * not wanted.
   * Less the goodness where layers are excited by negative data: the largest speaks for its label.
   */
  goodness: Float32Array[];
  /** The readout's logits, `[count * classes]`, if there is a readout. */
  logits: Float32Array | null;
}

/** How well a network predicts a data set. */
export interface Evaluation {
  /** Fraction of wrong predictions, by the recipe's own way of predicting. */
  error: number;
  /** Fraction of right predictions. */
  accuracy: number;
  /** Number of images. */
  count: number;
  /** `[classes * classes]` counts; the row is the true label, the column the prediction. */
  confusion: Int32Array;
  /** Fraction wrong by goodness summed over layers, unless they learn nothing of labels, or it was not wanted. */
  goodnessError: number | null;
  /** Fraction wrong by the readout, if there is one. */
  softmaxError: number | null;
  /** Fraction wrong by each layer's goodness alone; empty where there is none. */
  layerErrors: number[];
}

// Images scored at a time, and numbers in a matrix of theirs, at most: enough to keep a device busy, few enough that activities
// stay small.
const CHUNK = 1000;
const NUMBERS = 2 ** 24;

/** Scores everything there is under every label, or by the readout alone where the `goodness` is not wanted; `onProgress` hears how much of it is done. */
export async function scoreAll(
  forward: Forward,
  source: Source,
  { goodness: wanted = true, signal, onProgress }: {
    goodness?: boolean | undefined;
    signal?: AbortSignal | undefined;
    onProgress?: ((done: number, total: number) => void) | undefined;
  } = {},
): Promise<Scores> {
  const { backend: b, readout, classes } = forward.stack;
  const layers = wanted ? forward.stack.layers : [];
  const { count } = source;
  const widest = Math.max(...layers.map(({ size, widest }) => widest ?? size.units));
  const most = Math.max(1, Math.min(CHUNK, Math.floor(NUMBERS / widest)));
  const chunks: { start: number; tensors: Tensor<"f32">[] }[] = [];
  try {
    for (let start = 0; start < count; start += most) {
      signal?.throwIfAborted();
      const rows = Math.min(most, count - start);
      const indices = Int32Array.from({ length: rows }, (_, i) => start + i);
      chunks.push({ start, tensors: b.scope(() => scoreChunk(forward, source, indices, wanted)) });
      await b.flush();
      onProgress?.(start + rows, count);
    }
    const data = await b.read(chunks.flatMap(({ tensors }) => tensors));
    const goodness = layers.map(() => new Float32Array(count * classes));
    const logits = readout ? new Float32Array(count * classes) : null;
    for (const { start, tensors } of chunks) {
      const rows = Math.min(most, count - start);
      for (const [l, scores] of goodness.entries()) {
        // From label by label to image by image, but of groups that compete.
        const column = data.shift()!;
        if (tensors[l]!.shape[1] > 1) {
          scores.set(column, start * classes);
          continue;
        }
        for (let i = 0; i < rows * classes; i++) {
          scores[(start + i % rows) * classes + Math.floor(i / rows)] = column[i % column.length]!;
        }
      }
      logits?.set(data.shift()!, start * classes);
    }
    return { count, classes, goodness, logits };
  } finally {
    for (const { tensors } of chunks) for (const tensor of tensors) tensor.dispose();
  }
}

// Each layer's goodness, label below label `[classes * rows, 1]`, or `[rows, 1]` where labels are never shown, or of groups that
// compete `[rows, classes]`; then the logits, if there is a readout.
function scoreChunk(
  forward: Forward,
  source: Source,
  indices: Int32Array,
  goodness: boolean,
): Tensor<"f32">[] {
  const { backend: b, readout, classes } = forward.stack;
  const layers = goodness ? forward.stack.layers : [];
  const encoded = source.encode(b.upload(indices, [indices.length, 1]));
  // The pixels' share of the first layer is the same for every label.
  const product = forward.sharedProduct(encoded);
  const columns: Tensor<"f32">[][] = layers.map(() => []);
  // Where labels are never shown, one pass is that of every label.
  for (let label = 0; label < (layers.length === 0 ? 0 : product ? classes : 1); label++) {
    forward.evidencePass(encoded, product, label)
      .forEach((column, l) => columns[l]!.push(column));
  }
  const stacked = columns.map((labels) => labels.reduce((above, below) => b.concat(above, below)));
  if (readout) stacked.push(readout.logits(forward.neutralPass(encoded, product)));
  return stacked;
}

/** The predicted labels, `[count]`: by the readout, or by goodness summed over layers `from` to `to`. */
export function predictLabels(scores: Scores, predict: PredictOptions): Int32Array {
  const { logits, count, classes } = scores;
  if (predict.by === "softmax") {
    if (!logits) throw new TypeError("predicting by softmax needs a readout");
    return argmaxRows(logits, count, classes);
  }
  return argmaxRows(summedGoodness(scores, predict), count, classes);
}

/**
 * The layers whose goodness is summed, of so many, counted from 0: those that predict or, where the readout does, those from the first
 * that it sees on.
 */
export function summedLayers(
  { predict, readout }: Pick<EvaluationOptions, "predict" | "readout">,
  layers: number,
): { from: number; to: number } {
  return predict.by === "goodness"
    ? { from: predict.from, to: predict.to ?? layers - 1 }
    : { from: readout?.from ?? 0, to: layers - 1 };
}

/** The goodness of every label, `[count * classes]`, summed over layers `from` to `to`, or to the last. */
export function summedGoodness(
  { goodness, count, classes }: Pick<Scores, "goodness" | "count" | "classes">,
  { from, to = goodness.length - 1 }: { from: number; to?: number },
): Float64Array {
  const sum = new Float64Array(count * classes);
  for (const layer of goodness.slice(from, to + 1)) {
    for (let i = 0; i < sum.length; i++) sum[i]! += layer[i]!;
  }
  return sum;
}

/** Compares predictions with labels. */
export function evaluateScores(
  scores: Scores,
  labels: ArrayLike<number>,
  recipe: EvaluationOptions,
): Evaluation {
  const { count, classes, goodness, logits } = scores;
  const errorOf = (predictions: Int32Array): number =>
    predictions.reduce((wrong, p, i) => wrong + Number(p !== labels[i]), 0) / count;
  const predictions = predictLabels(scores, recipe.predict);
  const confusion = new Int32Array(classes * classes);
  predictions.forEach((p, i) => confusion[labels[i]! * classes + p]!++);
  const error = errorOf(predictions);
  const unseen = recipe.label.placement === "none" && recipe.negatives !== "none" ||
    goodness.length === 0;
  return {
    error,
    accuracy: 1 - error,
    count,
    confusion,
    goodnessError: unseen ? null : errorOf(
      argmaxRows(
        summedGoodness(scores, summedLayers(recipe, goodness.length)),
        count,
        classes,
      ),
    ),
    softmaxError: logits && errorOf(predictLabels(scores, { by: "softmax" })),
    layerErrors: (unseen ? [] : goodness).map((layer) =>
      errorOf(argmaxRows(layer, count, classes))
    ),
  };
}

// The column of each row's largest value, the first of equals.
function argmaxRows(values: ArrayLike<number>, rows: number, columns: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let c = 1; c < columns; c++) {
      if (values[row * columns + c]! > values[row * columns + best]!) best = c;
    }
    return best;
  });
}

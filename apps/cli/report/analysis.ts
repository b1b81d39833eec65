// What the scores of test images say: goodness under right and wrong labels, and the worst mistakes.

import type { Recipe, Scores } from "@forward-forward/core";
import { predictLabels, summedGoodness } from "@forward-forward/core/scoring";

/** A layer's goodness of the same images as positive and as negative data, `[count]` each. */
export interface Contrast {
  /** Under the right label. */
  positive: Float32Array;
  /** Under the wrong label that excites the layer most. */
  negative: Float32Array;
}

/** Each layer's goodness under the right label and under the most exciting wrong one. */
export function contrasts(
  { goodness, count, classes }: Scores,
  labels: ArrayLike<number>,
): Contrast[] {
  return goodness.map((layer) => {
    const positive = new Float32Array(count);
    const negative = new Float32Array(count).fill(-Infinity);
    for (let i = 0; i < count; i++) {
      for (let label = 0; label < classes; label++) {
        const value = layer[i * classes + label]!;
        if (label === labels[i]) positive[i] = value;
        else if (value > negative[i]!) negative[i] = value;
      }
    }
    return { positive, negative };
  });
}

/** An image that was predicted wrongly. */
export interface Mistake {
  /** Its index in the test images. */
  index: number;
  /** Its label. */
  truth: number;
  /** The label it was given. */
  predicted: number;
  /** By how much the predicted label's score exceeds the true one's: logits, or goodness summed over layers. */
  margin: number;
  /** The softmax's probability of the predicted label, if the softmax predicts. */
  probability: number | null;
}

/** The most confident mistakes, at most `most` of them: by probability if the softmax predicts, else by margin. */
export function worstMistakes(
  scores: Scores,
  labels: ArrayLike<number>,
  { predict, most }: { predict: Recipe["predict"]; most: number },
): Mistake[] {
  const { classes, logits } = scores;
  const by = predict.by === "softmax" ? logits! : summedGoodness(scores, predict);
  const rows = (image: number): number[] =>
    Array.from({ length: classes }, (_, label) => by[image * classes + label]!);
  const mistakes: Mistake[] = [];
  predictLabels(scores, predict).forEach((predicted, index) => {
    const truth = labels[index]!;
    if (predicted === truth) return;
    const row = rows(index);
    const margin = row[predicted]! - row[truth]!;
    const sum = row.reduce((sum, score) => sum + Math.exp(score - row[predicted]!), 0);
    const probability = predict.by === "softmax" ? 1 / sum : null;
    mistakes.push({ index, truth, predicted, margin, probability });
  });
  const confidence = ({ probability, margin }: Mistake): number => probability ?? margin;
  return mistakes.toSorted((a, b) => confidence(b) - confidence(a)).slice(0, most);
}

/** Values sorted into bins of the same width. */
export interface Histogram {
  /** `[bins + 1]` where the bins begin, and where the last one ends. */
  edges: number[];
  /** For each of the given lists the fraction of its values in each bin. */
  fractions: number[][];
}

/** Sorts lists of values into common bins that cover them all. */
export function histogram(lists: readonly Float32Array[], bins: number): Histogram {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (const value of list) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  // Values that are all the same still need a bin of some width.
  if (!(high > low)) [low, high] = [low - 0.5, low + 0.5];
  const width = (high - low) / bins;
  const fractions = lists.map((list) => {
    const counts = new Array<number>(bins).fill(0);
    for (const value of list) counts[Math.min(bins - 1, Math.floor((value - low) / width))]!++;
    return counts.map((n) => n / list.length);
  });
  return { edges: Array.from({ length: bins + 1 }, (_, i) => low + i * width), fractions };
}

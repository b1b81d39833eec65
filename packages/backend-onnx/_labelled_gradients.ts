// The gradients of a layer that sees each image twice, under a right and under a wrong label.

import type { Contrasts, DenseParameters } from "@forward-forward/core/tensor";
import {
  ADD,
  blocks,
  CACHED,
  FEW,
  type Judgement,
  rowAt,
  ROWS,
  rowsOf,
  type Tools,
} from "./_local_gradients.ts";
import type { HostTensor } from "./_memory.ts";
import { shownIn } from "./_shown.ts";
import type { Half } from "./loops/mod.ts";

/** What makes such gradients; `null` where a row shows more than one label. */
export function labelledGradientsOn({ engine, loops, make, floats, fresh, zeros, take }: Tools): (
  layer: DenseParameters,
  parts: readonly Contrasts[],
  judgement: Judgement,
) => DenseParameters | null {
  return (layer, parts, judgement) => {
    const { squares, scales } = judgement;
    const seen = parts.map(({ inputs, shared }) => ({
      images: floats(shared!),
      shown: shownIn("localGradients", floats(inputs), make),
    }));
    const [weights, pixels, bias] = [layer.weights, layer.shared!, layer.bias].map(floats) as [
      HostTensor,
      HostTensor,
      HostTensor,
    ];
    const units = bias.shape[1];
    const sums = {
      weights: zeros(weights.shape),
      shared: zeros(pixels.shape),
      bias: zeros(bias.shape),
    };
    // Sums over some rows, so that no sum is of too many terms.
    const some = { weights: zeros(weights.shape), bias: zeros(bias.shape) };
    const z = fresh(ROWS, units);
    const s = fresh(2 * FEW, units);
    for (const { images, shown } of seen) {
      if (!shown) return null;
      const [pairs, columns] = images.shape;
      for (const [from, to] of blocks(0, pairs, ROWS)) {
        for (const [first, last] of blocks(from, to, CACHED)) {
          const y = rowsOf(z, first - from, last - from);
          engine.product({ a: rowsOf(images, first, last), b: rowsOf(pixels, 0, columns), c: y });
          for (const [start, end] of blocks(first, last, FEW)) {
            const count = end - start;
            const half = (h: 0 | 1, column: HostTensor): Half => [
              rowAt(shown.labels, h * pairs + start),
              rowAt(shown.strengths, h * pairs + start),
              rowAt(s, h * FEW),
              rowAt(column, h * FEW),
            ];
            const at = rowAt(z, start - from);
            loops.activateLabelled(
              ...[at, bias.at, weights.at] as const,
              ...half(0, squares),
              ...half(1, squares),
              count,
              units,
            );
            judgement.pass(0, count, 0);
            judgement.pass(FEW, count, 1);
            loops.learnLabelled(
              ...[at, some.bias.at, some.weights.at] as const,
              ...half(0, scales),
              ...half(1, scales),
              count,
              units,
            );
          }
          take(sums.weights, some.weights);
          take(sums.bias, some.bias);
        }
        engine.product({
          a: rowsOf(images, from, to),
          b: rowsOf(z, 0, to - from),
          c: rowsOf(sums.shared, 0, columns),
          transposeA: true,
          mix: ADD,
        });
      }
    }
    return sums;
  };
}

// Goodness of places, projected onto labels by numbers that nobody learns.

import type { Tensor } from "../tensor/backend.ts";
import { fusedOperations } from "../tensor/fused.ts";
import { Made } from "../tensor/made.ts";
import { mapWords, pooled, type Pooling, volume } from "../tensor/maps.ts";
import { whole } from "../schema/schema.ts";
import type { RuleKind } from "./rule.ts";

/** Selects projected goodness. */
export interface ProjectedOptions {
  /** Selects it. */
  kind: "projected";
  /** Height and width of the patches of a map, each of which has a goodness; what is left at the edge has none. */
  patch: number;
}

const NO_MAPS =
  "goodness is projected of layers of maps: give the layer such a kind, or another rule";

/**
 * Every patch of every channel has a goodness, the mean or the sum of its squares, and every label a score: random numbers times
 * these, which are never learned. The layer learns by the cross-entropy of the softmax over scores, from images and their labels
 * alone. ASGE (adaptive spatial goodness encoding, 2025).
 *
 * With `W` the random numbers, `p` the softmax and `t` the one-hot label, the derivative by an activity `y` is `2 y` times
 * `W (p - t)` of its patch, times the scale of goodness.
 */
export const projected: RuleKind<ProjectedOptions> = {
  options: { patch: whole(1) },
  byLabels: "rows",
  threshold: false,
  check: ({ patch }, { map }) => {
    if (!map) throw new RangeError(NO_MAPS);
    if (patch <= map.rows && patch <= map.columns) return;
    throw new RangeError(
      `patches of ${patch}x${patch} are too large for maps of ${mapWords(map)}: take smaller ones`,
    );
  },
  create: ({ patch }, { backend: b, goodnessScale, classes, map, random }) => {
    if (!map || !random || classes === undefined) throw new RangeError(NO_MAPS);
    const fused = fusedOperations(b);
    const windows: Pooling = { input: map, by: "average", size: patch, stride: patch, padding: 0 };
    const patches = volume(pooled(windows));
    // The sum of a patch's squares where that of the layer's is asked for, else their mean.
    const scale = goodnessScale === 1 ? patch ** 2 : 1;
    using made = new Made();
    const draw = (rows: number, deviation: number): Tensor<"f32"> =>
      made.own(b.upload(
        Float32Array.from({ length: rows * classes }, () => deviation * random.normal()),
        [rows, classes],
      ));
    const projection = draw(patches, 1 / Math.sqrt(patches));
    const offset = draw(1, 1);
    const scores = (squares: Tensor): Tensor<"f32"> =>
      b.add(b.matmul(b.affine(fused.pool(squares, windows), scale, 0), projection), offset);
    made.keep();
    return {
      buffers: { projection, offset },
      evidence: ({ s }) => b.scope(() => scores(b.mul(s, s))),
      delta: ({ s }, images, figures, _pull, labels) => {
        if (!labels) throw new TypeError("goodness is projected onto labels, and there are none");
        return b.scope(() => {
          const squares = b.mul(s, s);
          const delta = fused.compete(scores(squares), labels, 2 * scale / images, figures);
          const back = b.matmul(delta, projection, { transposeB: true });
          return b.mul(s, fused.unpool(squares, back, windows));
        });
      },
      [Symbol.dispose]: () => {
        projection.dispose();
        offset.dispose();
      },
    };
  },
};

// The fused operations, each in as few passes over memory as it takes.

import {
  type AdamStep,
  describe,
  type FusedOperations,
  type LocalDelta,
  type LocalRule,
  matmulDimensions,
  type MomentumStep,
  type Normalisation,
  requireContrasts,
  type Shape,
  type Tensor,
} from "@forward-forward/core";
import type { Engine } from "./_engine.ts";
import { relu, sigmoid, softplus, squaresOfRow } from "./_loops.ts";

/** What the fused operations need of their backend. */
export interface Host {
  /** Runs products. */
  engine: Engine;
  /** An operand's elements. */
  use(operation: string, tensor: Tensor): Float32Array;
  /** A new tensor and its elements. */
  make(operation: string, shape: Shape): { tensor: Tensor; data: Float32Array };
}

/** The fused operations on a host. */
export function fusedOn({ engine, use, make }: Host): FusedOperations {
  // Throws unless the others have the shape of the first.
  const requireAlike = (operation: string, first: Tensor, ...others: Tensor[]): void => {
    for (const other of others) {
      if (other.shape[0] !== first.shape[0] || other.shape[1] !== first.shape[1]) {
        throw new TypeError(`${operation}: ${describe(other)} does not fit ${describe(first)}`);
      }
    }
  };

  return {
    normaliseRows(x: Tensor, to: Normalisation, epsilon: number): Tensor {
      const from = use("normaliseRows", x);
      const { tensor, data } = make("normaliseRows", x.shape);
      const [rows, columns] = x.shape;
      const share = to === "rms" ? 1 / columns : 1;
      for (let i = 0; i < rows; i++) {
        const norm = Math.sqrt(squaresOfRow(from, i, columns) * share) + epsilon;
        for (let at = i * columns; at < (i + 1) * columns; at++) data[at] = from[at]! / norm;
      }
      return tensor;
    },

    dense(x: Tensor, weights: Tensor, bias: Tensor): Tensor {
      const left = use("dense", x);
      const right = use("dense", weights);
      const offsets = use("dense", bias);
      const { m, n } = matmulDimensions(x, weights);
      if (bias.shape[0] !== 1 || bias.shape[1] !== n) {
        throw new TypeError(`dense: the bias ${describe(bias)} does not fit ${describe(weights)}`);
      }
      const { tensor, data } = make("dense", [m, n]);
      engine.product({
        a: { data: left, shape: x.shape },
        b: { data: right, shape: weights.shape },
        bias: offsets,
        c: { data, shape: [m, n] },
        transposeA: false,
        transposeB: false,
      });
      return tensor;
    },

    denseShared(x: Tensor, weights: Tensor, bias: Tensor, product: Tensor): Tensor {
      const left = use("denseShared", x);
      const right = use("denseShared", weights);
      const offsets = use("denseShared", bias);
      const shared = use("denseShared", product);
      const { m, n } = matmulDimensions(x, weights);
      const rows = product.shape[0];
      const fits = product.shape[1] === n && (rows === m || 2 * rows === m);
      if (!fits || bias.shape[0] !== 1 || bias.shape[1] !== n) {
        throw new TypeError(
          `denseShared: ${describe(product)} and ${describe(bias)} do not fit [${m}, ${n}]`,
        );
      }
      const { tensor, data } = make("denseShared", [m, n]);
      engine.product({
        a: { data: left, shape: x.shape },
        b: { data: right, shape: weights.shape },
        c: { data, shape: [m, n] },
        transposeA: false,
        transposeB: false,
      });
      for (let at = 0, other = 0; at < data.length;) {
        for (let j = 0; j < n; j++, at++, other++) {
          data[at] = relu(data[at]! + shared[other]! + offsets[j]!);
        }
        if (other === shared.length) other = 0;
      }
      return tensor;
    },

    localDelta(s: Tensor, { goodnessScale, threshold, weight }: LocalRule): LocalDelta {
      const from = use("localDelta", s);
      const pairs = requireContrasts("localDelta", s);
      const columns = s.shape[1];
      const { tensor: delta, data: d } = make("localDelta", s.shape);
      const { tensor: loss, data: losses } = make("localDelta", [2, 1]);
      const { tensor: goodness, data: sums } = make("localDelta", [2, 1]);
      for (let half = 0; half < 2; half++) {
        const sign = half === 0 ? -1 : 1;
        let lost = 0;
        let good = 0;
        for (let i = half * pairs; i < (half + 1) * pairs; i++) {
          const g = squaresOfRow(from, i, columns) * goodnessScale;
          const wrong = sign * (g - threshold);
          const factor = sign * weight * goodnessScale * sigmoid(wrong);
          lost += softplus(wrong);
          good += g;
          for (let at = i * columns; at < (i + 1) * columns; at++) d[at] = factor * from[at]!;
        }
        losses[half] = lost;
        sums[half] = good;
      }
      return { delta, loss, goodness };
    },

    adam(p: Tensor, gradient: Tensor, m: Tensor, v: Tensor, step: AdamStep): void {
      const [w, g, first, second] = [p, gradient, m, v].map((x) => use("adam", x)) as [
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      requireAlike("adam", p, gradient, m, v);
      const { alpha, beta1, beta2, epsilon, decay } = step;
      const rest1 = 1 - beta1, rest2 = 1 - beta2, keep = 1 - decay;
      for (let i = 0; i < w.length; i++) {
        const gi = g[i]!;
        const mi = beta1 * first[i]! + rest1 * gi;
        const vi = beta2 * second[i]! + rest2 * gi * gi;
        first[i] = mi;
        second[i] = vi;
        w[i] = keep * w[i]! - alpha * mi / (Math.sqrt(vi) + epsilon);
      }
    },

    momentum(p: Tensor, gradient: Tensor, v: Tensor, step: MomentumStep): void {
      const w = use("momentum", p);
      const g = use("momentum", gradient);
      const velocity = use("momentum", v);
      requireAlike("momentum", p, gradient, v);
      const { learningRate, momentum, decay } = step;
      const rest = 1 - momentum, keep = 1 - learningRate * decay;
      for (let i = 0; i < w.length; i++) {
        const vi = momentum * velocity[i]! + rest * g[i]!;
        velocity[i] = vi;
        w[i] = keep * w[i]! - learningRate * vi;
      }
    },
  };
}

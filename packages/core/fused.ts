// Default bodies of the fused operations, composed from the required part of a backend.

import type {
  AdamStep,
  Backend,
  FusedOperations,
  LocalDelta,
  LocalRule,
  MomentumStep,
  Normalisation,
  Tensor,
} from "./backend.ts";
import { requireContrasts } from "./shape.ts";

/** The fused operations of a backend: its own where it has them, the composed bodies elsewhere. */
export function fusedOperations(backend: Backend): FusedOperations {
  return { ...composedOperations(backend), ...backend.fused };
}

/** The composed bodies alone, whatever the backend overrides: what an override is compared with. */
export function composedOperations(backend: Backend): FusedOperations {
  const b = backend;

  return {
    normaliseRows(x: Tensor, to: Normalisation, epsilon: number): Tensor {
      return b.scope(() => {
        const squares = b.sum(b.mul(x, x), "columns");
        const norm = b.sqrt(to === "rms" ? b.affine(squares, 1 / x.shape[1], 0) : squares);
        return b.div(x, b.affine(norm, 1, epsilon));
      });
    },

    dense(x: Tensor, weights: Tensor, bias: Tensor): Tensor {
      return b.scope(() => b.relu(b.add(b.matmul(x, weights), bias)));
    },

    denseShared(x: Tensor, weights: Tensor, bias: Tensor, product: Tensor): Tensor {
      return b.scope(() => {
        const own = b.matmul(x, weights);
        const whole = product.shape[0] === own.shape[0] ? product : b.concat(product, product);
        return b.relu(b.add(b.add(own, whole), bias));
      });
    },

    localDelta(s: Tensor, { goodnessScale, threshold, weight }: LocalRule): LocalDelta {
      const pairs = requireContrasts("localDelta", s);
      return b.scope(() => {
        const g = b.affine(b.sum(b.mul(s, s), "columns"), goodnessScale, 0);
        // How wrong each row is: positive where positive data is calm or negative data excited.
        const wrong = b.concat(
          b.affine(b.slice(g, 0, pairs), -1, threshold),
          b.affine(b.slice(g, pairs, 2 * pairs), 1, -threshold),
        );
        const p = b.sigmoid(wrong);
        const scale = weight * goodnessScale;
        const coefficient = b.concat(
          b.affine(b.slice(p, 0, pairs), -scale, 0),
          b.affine(b.slice(p, pairs, 2 * pairs), scale, 0),
        );
        return {
          delta: b.mul(s, coefficient),
          loss: sumHalves(b, b.softplus(wrong)),
          goodness: sumHalves(b, g),
        };
      });
    },

    adam(p: Tensor, gradient: Tensor, m: Tensor, v: Tensor, step: AdamStep): void {
      const { alpha, beta1, beta2, epsilon, decay } = step;
      b.scope(() => {
        b.assign(m, b.add(b.affine(m, beta1, 0), b.affine(gradient, 1 - beta1, 0)));
        b.assign(
          v,
          b.add(b.affine(v, beta2, 0), b.affine(b.mul(gradient, gradient), 1 - beta2, 0)),
        );
        const change = b.div(b.affine(m, alpha, 0), b.affine(b.sqrt(v), 1, epsilon));
        b.assign(p, b.sub(decay === 0 ? p : b.affine(p, 1 - decay, 0), change));
      });
    },

    momentum(p: Tensor, gradient: Tensor, v: Tensor, step: MomentumStep): void {
      const { learningRate, momentum, decay } = step;
      b.scope(() => {
        b.assign(v, b.add(b.affine(v, momentum, 0), b.affine(gradient, 1 - momentum, 0)));
        const shrunk = b.affine(p, 1 - learningRate * decay, 0);
        b.assign(p, b.sub(shrunk, b.affine(v, learningRate, 0)));
      });
    },
  };
}

// Sums of the upper and the lower half of a column, `[2, 1]`.
function sumHalves(b: Backend, column: Tensor): Tensor {
  const pairs = column.shape[0] / 2;
  return b.concat(
    b.sum(b.slice(column, 0, pairs), "rows"),
    b.sum(b.slice(column, pairs, 2 * pairs), "rows"),
  );
}

// Default bodies of the fused operations, composed from the required part of a backend.

import type { Backend, Tensor, Warp } from "./backend.ts";
import type {
  Activity,
  AdamStep,
  Contrasts,
  DenseParameters,
  EncodedImages,
  Encoding,
  FusedOperations,
  Gradient,
  LocalRule,
  MomentumStep,
  Normalisation,
  PeerRule,
} from "./fused_operations.ts";
import { type Dropout, dropoutMask } from "./dropout.ts";
import { composedFields } from "./fused_fields.ts";
import { composedMaps } from "./fused_maps.ts";
import { gatherShape, requireContrasts, requireLocalGradients } from "./shape.ts";

/** The fused operations of a backend: its own where it has them, the composed bodies elsewhere. */
export function fusedOperations(backend: Backend): FusedOperations {
  const all: FusedOperations = { ...composed(backend, () => all), ...backend.fused };
  return all;
}

/** The composed bodies alone, whatever the backend overrides: what an override is compared with. */
export function composedOperations(backend: Backend): FusedOperations {
  const all: FusedOperations = composed(backend, () => all);
  return all;
}

/** Bytes as the numbers they stand for: less 256 above `highest`. */
export function signed(b: Backend, bytes: Tensor, highest: number): Tensor {
  if (highest >= 255) return bytes;
  // 1 above `highest` and 0 elsewhere, for whole numbers.
  const above = b.sub(
    b.relu(b.affine(bytes, 1, -highest)),
    b.relu(b.affine(bytes, 1, -highest - 1)),
  );
  return b.add(bytes, b.affine(above, -256, 0));
}

/**
 * {@linkcode FusedOperations.peerPull} from the sums of a batch's positive activities, `[1, units]`, where the batch is known by its
 * parts alone.
 */
export function peerPullOf(
  b: Backend,
  sums: Tensor,
  pairs: number,
  m: Tensor,
  { strength, decay }: PeerRule,
): Tensor {
  return b.scope(() => {
    const batchMean = b.affine(sums, (1 - decay) / pairs, 0);
    b.assign(m, b.add(b.affine(m, decay, 0), batchMean));
    const layerMean = b.affine(b.sum(m, "columns"), 1 / m.shape[1], 0);
    return b.affine(b.sub(m, layerMean), strength, 0);
  });
}

// The composed bodies, over the operations that `fused` gives.
function composed(backend: Backend, fused: () => FusedOperations): FusedOperations {
  const b = backend;
  const upper = (x: Tensor): Tensor => b.slice(x, 0, x.shape[0] / 2);
  const lower = (x: Tensor): Tensor => b.slice(x, x.shape[0] / 2, x.shape[0]);
  // Sums of the upper and of the lower half of a column, `[2, 1]`.
  const sumHalves = (x: Tensor): Tensor =>
    b.concat(b.sum(upper(x), "rows"), b.sum(lower(x), "rows"));
  const whole = (gradient: Gradient): Tensor =>
    "dtype" in gradient
      ? gradient
      : b.matmul(gradient.inputs, gradient.delta, { transposeA: true });

  return {
    ...composedMaps(b),
    ...composedFields(b),

    encode(
      images: Tensor,
      strengths: Tensor,
      indices: Tensor,
      { neutral, classes, share, epsilon, highest }: Encoding,
      warp?: Warp | null,
    ): EncodedImages {
      gatherShape(images, indices, warp, "encode");
      return b.scope(() => {
        const raw = b.affine(signed(b, b.gather(images, indices, warp), highest), 1 / 255, 0);
        const squares = b.sum(b.mul(raw, raw), "columns");
        const strength = b.gather(strengths, indices);
        const norm = (all: Tensor): Tensor => b.affine(b.sqrt(b.affine(all, share, 0)), 1, epsilon);
        const length = norm(b.add(squares, b.mul(strength, strength)));
        const neutralLength = norm(b.affine(squares, 1, classes * neutral ** 2));
        return {
          pixels: b.div(raw, length),
          strength: b.div(strength, length),
          neutralScale: b.div(length, neutralLength),
          neutral: b.div(b.fill(squares.shape, neutral), neutralLength),
        };
      });
    },

    normaliseRows({ s, squares }: Activity, to: Normalisation, epsilon: number): Tensor {
      return b.scope(() => {
        const norm = b.sqrt(to === "rms" ? b.affine(squares, 1 / s.shape[1], 0) : squares);
        return b.div(s, b.affine(norm, 1, epsilon));
      });
    },

    dropout(x: Tensor, dropout: Dropout): Tensor {
      const mask = dropoutMask(x.shape[0] * x.shape[1], dropout);
      return b.scope(() => b.mul(x, b.upload(mask, x.shape)));
    },

    dense(x: Tensor, weights: Tensor, bias: Tensor, product?: Tensor | null): Activity {
      return b.scope(() => {
        let z = b.matmul(x, weights);
        if (product) {
          z = b.add(z, product.shape[0] === z.shape[0] ? product : b.concat(product, product));
        }
        const s = b.relu(b.add(z, bias));
        return { s, squares: b.sum(b.mul(s, s), "columns") };
      });
    },

    localDelta(
      { s, squares }: Activity,
      { goodnessScale, threshold, weight }: LocalRule,
      figures: Tensor,
      pull?: Tensor | null,
    ): Tensor {
      requireContrasts("localDelta", s);
      return b.scope(() => {
        const g = b.affine(squares, goodnessScale, 0);
        // How wrong each row is: positive where positive data is calm or negative data excited.
        const wrong = b.concat(
          b.affine(upper(g), -1, threshold),
          b.affine(lower(g), 1, -threshold),
        );
        const found = b.concat(sumHalves(b.softplus(wrong)), sumHalves(g));
        b.assign(figures, b.add(figures, found));
        const p = b.sigmoid(wrong);
        const scale = weight * goodnessScale;
        const coefficient = b.concat(
          b.affine(upper(p), -scale, 0),
          b.affine(lower(p), scale, 0),
        );
        const delta = b.mul(s, coefficient);
        return pull ? b.concat(b.add(upper(delta), pull), lower(delta)) : delta;
      });
    },

    peerPull(s: Tensor, m: Tensor, rule: PeerRule): Tensor {
      const pairs = requireContrasts("peerPull", s);
      return b.scope(() => peerPullOf(b, b.sum(upper(s), "rows"), pairs, m, rule));
    },

    localGradients(
      layer: DenseParameters,
      parts: readonly Contrasts[],
      rule: LocalRule,
      figures: Tensor,
    ): DenseParameters {
      requireLocalGradients(layer, parts, figures);
      const f = fused();
      const of = ({ inputs, shared }: Contrasts): DenseParameters => {
        const columns = shared?.shape[1] ?? 0;
        const first = shared && b.slice(layer.shared!, 0, columns);
        const product = shared && b.matmul(shared, first!);
        const delta = f.localDelta(
          f.dense(inputs, layer.weights, layer.bias, product),
          rule,
          figures,
        );
        // Both halves saw the same, so one product with the sum of their deltas does for both.
        const g = shared && b.matmul(shared, f.addHalves(delta), { transposeA: true });
        const [rows, units] = layer.shared?.shape ?? [0, 0];
        return {
          weights: b.matmul(inputs, delta, { transposeA: true }),
          shared: g && columns < rows ? b.concat(g, b.fill([rows - columns, units], 0)) : g,
          bias: b.sum(delta, "rows"),
        };
      };
      return b.scope(() => {
        const [first, ...others] = parts as [Contrasts, ...Contrasts[]];
        const sums = b.scope(() => of(first));
        for (const part of others) {
          const found = b.scope(() => of(part));
          for (const name of ["weights", "shared", "bias"] as const) {
            const [sum, one] = [sums[name], found[name]];
            if (!sum || !one) continue;
            b.assign(sum, b.add(sum, one));
            one.dispose();
          }
        }
        return sums;
      });
    },

    addHalves(x: Tensor): Tensor {
      requireContrasts("addHalves", x);
      return b.scope(() => b.add(upper(x), lower(x)));
    },

    adam(p: Tensor, gradient: Gradient, m: Tensor, v: Tensor, step: AdamStep): void {
      const { alpha, beta1, beta2, epsilon, decay } = step;
      b.scope(() => {
        const g = whole(gradient);
        b.assign(m, b.add(b.affine(m, beta1, 0), b.affine(g, 1 - beta1, 0)));
        b.assign(v, b.add(b.affine(v, beta2, 0), b.affine(b.mul(g, g), 1 - beta2, 0)));
        const change = b.div(b.affine(m, alpha, 0), b.affine(b.sqrt(v), 1, epsilon));
        b.assign(p, b.sub(decay === 0 ? p : b.affine(p, 1 - decay, 0), change));
      });
    },

    momentum(p: Tensor, gradient: Gradient, v: Tensor, step: MomentumStep): void {
      const { learningRate, momentum, decay } = step;
      b.scope(() => {
        const g = whole(gradient);
        b.assign(v, b.add(b.affine(v, momentum, 0), b.affine(g, 1 - momentum, 0)));
        const shrunk = b.affine(p, 1 - learningRate * decay, 0);
        b.assign(p, b.sub(shrunk, b.affine(v, learningRate, 0)));
      });
    },
  };
}

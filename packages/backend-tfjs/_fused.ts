// Fused operations, where TensorFlow.js needs fewer passes than the composed bodies.

import {
  type Activity,
  type AdamStep,
  broadcast,
  describe,
  type FusedOperations,
  type Gradient,
  matmulDimensions,
  type MomentumStep,
  requireContrasts,
  type Tensor,
} from "@forward-forward/core/tensor";
import * as tf from "@tensorflow/tfjs";
import type { Device } from "./_device.ts";
import type { Handles } from "./_handles.ts";

/** Bodies that only some devices have, on plain tensors. Results are new tensors. */
export interface FusedBodies {
  /** See `FusedOperations.dense`. */
  dense?(x: tf.Tensor2D, weights: tf.Tensor2D, bias: tf.Tensor2D): tf.Tensor2D;
  /** See `FusedOperations.adam`. */
  adam?(
    p: tf.Tensor2D,
    gradient: tf.Tensor2D,
    m: tf.Tensor2D,
    v: tf.Tensor2D,
    step: AdamStep,
  ): { p: tf.Tensor2D; m: tf.Tensor2D; v: tf.Tensor2D };
  /** See `FusedOperations.momentum`. */
  momentum?(
    p: tf.Tensor2D,
    gradient: tf.Tensor2D,
    v: tf.Tensor2D,
    step: MomentumStep,
  ): { p: tf.Tensor2D; v: tf.Tensor2D };
}

/** The fused operations of a device. */
export function fusedOn(device: Device, handles: Handles): Partial<FusedOperations> {
  const { dense, adam, momentum } = device.fused;

  // A gradient for parameters like `p`, to be computed on the device where it is a product.
  const gradientOf = (operation: string, gradient: Gradient, p: Tensor): () => tf.Tensor2D => {
    if ("dtype" in gradient) {
      requireOneShape(operation, p, gradient);
      const tensor = handles.tensor(operation, gradient);
      return () => tensor;
    }
    const { m, n } = matmulDimensions(gradient.inputs, gradient.delta, { transposeA: true });
    if (m !== p.shape[0] || n !== p.shape[1]) {
      throw new TypeError(`${operation}: a gradient [${m}, ${n}] does not fit ${describe(p)}`);
    }
    const inputs = handles.tensor(operation, gradient.inputs);
    const delta = handles.tensor(operation, gradient.delta);
    return () => device.matmul(inputs, delta, true, false);
  };

  return {
    dense(x, weights, bias, product): Activity {
      const [a, b, c] = [x, weights, bias].map((x) => handles.tensor("dense", x));
      const shared = product ? handles.tensor("dense", product) : null;
      const { m, n } = matmulDimensions(x, weights);
      if (bias.shape[0] !== 1 || bias.shape[1] !== n) {
        throw new TypeError(`dense: a bias of ${describe(bias)} does not fit ${n} units`);
      }
      const rows = product ? product.shape[0] : m;
      if (product && (product.shape[1] !== n || (rows !== m && 2 * rows !== m))) {
        throw new TypeError(`dense: a product of ${describe(product)} does not fit [${m}, ${n}]`);
      }
      const { s, squares } = handles.compute("dense", () => {
        let s: tf.Tensor2D;
        if (!shared && dense) s = dense(a!, b!, c!);
        else {
          const z = device.matmul(a!, b!, false, false);
          // One copy of the product serves every run of its rows.
          const sum = shared ? tf.add(z.reshape([m / rows, rows, n]), shared).reshape([m, n]) : z;
          s = tf.relu(tf.add<tf.Tensor2D>(sum, c!));
        }
        return { s, squares: device.sum(tf.square(s), 1) };
      });
      return { s: handles.add(s, [m, n], "f32"), squares: handles.add(squares, [m, 1], "f32") };
    },

    localDelta({ s, squares }, { goodnessScale, threshold, weight }, figures, pull): Tensor {
      const x = handles.tensor("localDelta", s);
      const sums = handles.tensor("localDelta", squares);
      const before = handles.tensor("localDelta", figures);
      const row = pull ? handles.tensor("localDelta", pull) : null;
      const pairs = requireContrasts("localDelta", s);
      const rows = 2 * pairs;
      const result = handles.compute("localDelta", () => {
        // Positive rows above, negative below: as rows of a [2, pairs] each half has one sign.
        const sign = tf.tensor2d([-1, 1], [2, 1]);
        const g = device.affine(sums.reshape<tf.Tensor2D>([2, pairs]), goodnessScale, 0);
        const wrong = tf.mul<tf.Tensor2D>(device.affine(g, 1, -threshold), sign);
        const p = device.affine(tf.sigmoid(wrong), weight * goodnessScale, 0);
        const delta = tf.mul<tf.Tensor2D>(x, tf.mul(p, sign).reshape([rows, 1]));
        const found = device.concat(device.sum(tf.softplus(wrong), 1), device.sum(g, 1));
        return {
          delta: row
            ? device.concat(
              tf.add(device.slice(delta, 0, pairs), row),
              device.slice(delta, pairs, rows),
            )
            : delta,
          figures: tf.add<tf.Tensor2D>(before, found),
        };
      });
      handles.replace(handles.get("localDelta", figures), result.figures);
      return handles.add(result.delta, s.shape, "f32");
    },

    ...(adam && {
      adam(p, gradient, m, v, step): void {
        requireOneShape("adam", p, m, v);
        const [a, b, c] = [p, m, v].map((x) => handles.tensor("adam", x));
        const found = gradientOf("adam", gradient, p);
        const next = handles.compute("adam", () => adam(a!, found(), b!, c!, step));
        handles.replace(handles.get("adam", p), next.p);
        handles.replace(handles.get("adam", m), next.m);
        handles.replace(handles.get("adam", v), next.v);
      },
    }),

    ...(momentum && {
      momentum(p, gradient, v, step): void {
        requireOneShape("momentum", p, v);
        const [a, b] = [p, v].map((x) => handles.tensor("momentum", x));
        const found = gradientOf("momentum", gradient, p);
        const next = handles.compute("momentum", () => momentum(a!, found(), b!, step));
        handles.replace(handles.get("momentum", p), next.p);
        handles.replace(handles.get("momentum", v), next.v);
      },
    }),
  };
}

function requireOneShape(operation: string, p: Tensor, ...others: Tensor[]): void {
  for (const x of others) {
    if (broadcast(operation, p, x) === "same") continue;
    throw new TypeError(`${operation}: ${describe(x)} does not have the shape of ${describe(p)}`);
  }
}

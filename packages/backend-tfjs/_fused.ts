// Fused operations, where TensorFlow.js needs fewer passes than the composed bodies.

import {
  type AdamStep,
  broadcast,
  describe,
  type FusedOperations,
  type LocalDelta,
  matmulDimensions,
  type MomentumStep,
  requireContrasts,
  type Tensor,
} from "@forward-forward/core";
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
  return {
    ...(dense && {
      dense(x, weights, bias): Tensor {
        const [a, b, c] = [x, weights, bias].map((x) => handles.tensor("dense", x));
        const { m, n } = matmulDimensions(x, weights);
        if (bias.shape[0] !== 1 || bias.shape[1] !== n) {
          throw new TypeError(`dense: a bias of ${describe(bias)} does not fit ${n} units`);
        }
        return handles.make("dense", [m, n], () => dense(a!, b!, c!));
      },
    }),

    localDelta(s, { goodnessScale, threshold, weight }): LocalDelta {
      const x = handles.tensor("localDelta", s);
      const pairs = requireContrasts("localDelta", s);
      const rows = 2 * pairs;
      const result = handles.compute("localDelta", () => {
        // Positive rows above, negative below: as rows of a [2, pairs] each half has one sign.
        const sign = tf.tensor2d([-1, 1], [2, 1]);
        const squares = device.sum(tf.square(x), 1).reshape<tf.Tensor2D>([2, pairs]);
        const g = device.affine(squares, goodnessScale, 0);
        const wrong = tf.mul<tf.Tensor2D>(device.affine(g, 1, -threshold), sign);
        const p = device.affine(tf.sigmoid(wrong), weight * goodnessScale, 0);
        return {
          delta: tf.mul<tf.Tensor2D>(x, tf.mul(p, sign).reshape([rows, 1])),
          loss: device.sum(tf.softplus(wrong), 1),
          goodness: device.sum(g, 1),
        };
      });
      return {
        delta: handles.add(result.delta, s.shape, "f32"),
        loss: handles.add(result.loss, [2, 1], "f32"),
        goodness: handles.add(result.goodness, [2, 1], "f32"),
      };
    },

    ...(adam && {
      adam(p, gradient, m, v, step): void {
        requireOneShape("adam", p, gradient, m, v);
        const [a, b, c, d] = [p, gradient, m, v].map((x) => handles.tensor("adam", x));
        const next = handles.compute("adam", () => adam(a!, b!, c!, d!, step));
        handles.replace(handles.get("adam", p), next.p);
        handles.replace(handles.get("adam", m), next.m);
        handles.replace(handles.get("adam", v), next.v);
      },
    }),

    ...(momentum && {
      momentum(p, gradient, v, step): void {
        requireOneShape("momentum", p, gradient, v);
        const [a, b, c] = [p, gradient, v].map((x) => handles.tensor("momentum", x));
        const next = handles.compute("momentum", () => momentum(a!, b!, c!, step));
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

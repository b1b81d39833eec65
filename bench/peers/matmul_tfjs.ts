// Matrix products by TensorFlow.js on its own WebGPU backend.

import * as tf from "@tensorflow/tfjs";
import type { Product } from "../cases/_product.ts";

/** Uploads `a` `[m, k]` and `b` `[k, n]`. TensorFlow.js must have been opened. */
export function productTfjs(
  [m, k, n]: readonly [number, number, number],
  a: Float32Array,
  b: Float32Array,
): Product {
  const left = tf.tensor2d(a, [m, k]);
  const right = tf.tensor2d(b, [k, n]);
  return {
    async run(times: number): Promise<void> {
      for (let i = 1; i <= times; i++) {
        const product = tf.matMul(left, right);
        if (i === times) {
          const corner = tf.slice(product, [0, 0], [1, 1]);
          await corner.data();
          corner.dispose();
        }
        product.dispose();
      }
    },
    async result(): Promise<Float32Array> {
      const product = tf.matMul(left, right);
      const data = await product.data() as Float32Array;
      product.dispose();
      return data;
    },
    dispose(): void {
      left.dispose();
      right.dispose();
    },
  };
}

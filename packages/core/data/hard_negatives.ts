// Wrong labels that the readout finds likely.

import type { Backend, Tensor } from "../tensor/backend.ts";

/**
 * Labels drawn from the softmax of `logits` with the right one masked, `i32` `[rows, 1]`. `right` is
 * one-hot, `noise` {@linkcode gumbelNoise}.
 */
export function hardNegatives(b: Backend, logits: Tensor, right: Tensor, noise: Tensor): Tensor {
  return b.scope(() => b.argmax(b.add(b.add(logits, noise), b.affine(right, -1e9, 0))));
}

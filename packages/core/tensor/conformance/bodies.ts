// The bodies of fused operations that are compared.

import type { Backend, Shape } from "../backend.ts";
import { composedOperations, fusedOperations } from "../fused.ts";
import type { AdamStep, FusedOperations } from "../fused_operations.ts";

/** The fused operations of a backend, of one body. */
export type Bodies = (backend: Backend) => FusedOperations;

/** Both of them. The reference has no overrides, so on it both are the composed bodies. */
export const BODIES: readonly { body: string; on: Bodies }[] = [
  { body: "composed", on: composedOperations },
  { body: "fused", on: fusedOperations },
];

/** Shapes that are ragged, tiny, deep and wide. */
export const SHAPES: readonly Shape[] = [
  [38, 97],
  [2, 1],
  [10, 784],
  [130, 257],
  [64, 64],
  [4100, 33],
  [70_000, 2],
];

/** More rows than this take long where each is a workgroup. */
export const MANY = 10_000;

/** An ordinary step. */
export const ADAM: AdamStep = { alpha: 0.03, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 };

// The steps of the optimizers, for a gradient that is given and for one that is a product.

import { accessOf, bind, type Buffer, EACH, type Kernel, parameters } from "./kernel.ts";
import { variants, vector, type Width } from "./kernel.ts";

/** An optimizer in WGSL. */
export type OptimizerName = "adam" | "momentum";

/** An optimizer's step in WGSL. */
export interface OptimizerStep {
  /** Names of the scalars that its kernels take, in order. */
  readonly scalars: readonly string[];
  /** What is updated in place: the parameter, then its moments. */
  readonly buffers: readonly Buffer[];
  /** `fn update(i: u32, g: type)`. */
  readonly code: string;
}

/** The step of an optimizer on numbers or on vectors of four; see `FusedOperations`. */
export function optimizerStep(name: OptimizerName, width: Width): OptimizerStep {
  const type = vector(width);
  const { scalars, updated, body } = STEPS[name];
  return {
    scalars,
    buffers: updated.map((name) => ({ name, access: "w", type })),
    code: `fn update(i: u32, g: ${type}) {\n${body(type)}}`,
  };
}

/**
 * One step by a gradient that is a tensor. Buffers: gradient, then those of the step. Sizes: vectors of
 * four, groups. Scalars: those of the step.
 */
export const optimize: (name: OptimizerName) => Kernel = variants((name) => {
  const { scalars, buffers, code } = optimizerStep(name, 4);
  const all: Buffer[] = [{ name: "gradient", access: "r", type: "vec4f" }, ...buffers];
  return {
    label: name,
    access: accessOf(all),
    code: `${parameters(["count", "groups"], scalars)}
${bind(all)}
${code}
${EACH}
  update(i, gradient[i]);
}
`,
  };
});

const STEPS: Record<
  OptimizerName,
  { scalars: string[]; updated: string[]; body: (type: string) => string }
> = {
  adam: {
    scalars: ["alpha", "beta1", "rest1", "beta2", "rest2", "epsilon", "shrink"],
    updated: ["p", "m", "v"],
    body: (type) =>
      `  let first = params.beta1 * m[i] + params.rest1 * g;
  let second = params.beta2 * v[i] + params.rest2 * g * g;
  m[i] = first;
  v[i] = second;
  // WGSL lets sqrt be 1 / inverseSqrt, which is nothing good at 0.
  let root = select(sqrt(second), ${type}(), second == ${type}());
  p[i] = params.shrink * p[i] - params.alpha * first / (root + params.epsilon);
`,
  },
  momentum: {
    scalars: ["rate", "keep", "rest", "shrink"],
    updated: ["p", "v"],
    body: () =>
      `  let smoothed = params.keep * v[i] + params.rest * g;
  v[i] = smoothed;
  p[i] = params.shrink * p[i] - params.rate * smoothed;
`,
  },
};

// A layer's gradients on a whole batch, some rows at a time: what is between the products never leaves the cache.

import {
  composedOperations,
  type FusedOperations,
  type LocalRule,
  requireLocalGradients,
  type Shape,
  type Tensor,
} from "@forward-forward/core/tensor";
import type { Matrix } from "./_engine.ts";
import type { Host } from "./_fused.ts";
import { judge } from "./_judge.ts";
import { labelledGradientsOn } from "./_labelled_gradients.ts";
import type { HostTensor } from "./_memory.ts";
import { plainGradientsOn } from "./_plain_gradients.ts";

/** Rows of a gradient's product, which takes longer sums well. */
export const ROWS = 2048;
/** Rows of a layer's product, whose operands and result then share the cache of a core or two. */
export const CACHED = 1024;
/** Rows of a loop, which the next one finds where it left them. */
export const FEW = 32;
/** A product that adds to what is there. */
export const ADD = { keep: 1, share: 1 };

/** What the gradients of either kind of layer are made with. */
export interface Tools extends Omit<Host, "floats"> {
  /** An operand, `f32`. */
  floats(tensor: Tensor): HostTensor;
  /** A new tensor, with whatever is in its memory. */
  fresh(rows: number, columns: number): HostTensor;
  /** A new tensor of zeros. */
  zeros(shape: Shape): HostTensor;
  /** Adds `part` to `sum`, and sets it back to zeros. */
  take(sum: HostTensor, part: HostTensor): void;
}

/** Some rows' sums of squares, and what these rows are to be multiplied with. */
export class Judgement {
  /** `[2 * FEW, 1]`. */
  readonly squares: HostTensor;
  /** `[2 * FEW, 1]`. */
  readonly scales: HostTensor;
  /** Losses of the halves, then their goodness. */
  readonly found: number[] = [0, 0, 0, 0];
  readonly #rule: LocalRule;

  /** By a rule. */
  constructor({ fresh }: Tools, rule: LocalRule) {
    this.squares = fresh(2 * FEW, 1);
    this.scales = fresh(2 * FEW, 1);
    this.#rule = rule;
  }

  /** Makes scales of `count` squares from the one at `at`, which are of a half. */
  pass(at: number, count: number, half: 0 | 1): void {
    const [squares, scales] = [this.squares.data, this.scales.data];
    for (let i = at; i < at + count; i++) {
      scales[i] = judge(squares[i]!, half, this.#rule, this.found);
    }
  }
}

/** `localGradients` on a host. */
export function localGradientsOn(host: Host): FusedOperations["localGradients"] {
  const { backend, loops, make } = host;
  const name = "localGradients";
  const tools: Tools = {
    ...host,
    floats: (tensor) => host.floats(name, tensor),
    fresh: (rows, columns) => make(name, [rows, columns]),
    zeros(shape): HostTensor {
      const tensor = make(name, shape);
      tensor.data.fill(0);
      return tensor;
    },
    take(sum, part): void {
      loops.addAlong(sum.at, part.at, sum.at, ...sum.shape, 4 * sum.shape[1]);
      part.data.fill(0);
    },
  };
  const labelled = labelledGradientsOn(tools);
  const plain = plainGradientsOn(tools);

  return (layer, parts, rule, figures) => {
    requireLocalGradients(layer, parts, figures);
    const sums = tools.floats(figures);
    return backend.scope(() => {
      const judgement = new Judgement(tools, rule);
      const gradients = layer.shared
        ? labelled(layer, parts, judgement)
        : plain(layer, parts, judgement);
      if (!gradients) {
        return composedOperations(backend).localGradients(layer, parts, rule, figures);
      }
      const to = sums.data;
      for (let i = 0; i < 4; i++) to[i]! += judgement.found[i]!;
      return gradients;
    });
  };
}

/** From `start` to `end` in steps of the same size or one less, `most` at most. */
export function* blocks(
  start: number,
  end: number,
  most: number,
): Generator<[from: number, to: number]> {
  const count = Math.ceil((end - start) / most);
  for (let i = 0, from = start; i < count; i++) {
    const to = start + Math.round((i + 1) * (end - start) / count);
    yield [from, to];
    from = to;
  }
}

/** Some rows of a matrix. */
export function rowsOf(x: HostTensor, from: number, to: number): Matrix {
  const [, columns] = x.shape;
  return { data: x.data.subarray(from * columns, to * columns), shape: [to - from, columns] };
}

/** The address of a row. */
export function rowAt(x: HostTensor, row: number): number {
  return x.at + 4 * row * x.shape[1];
}

// The fused operations: products by ONNX Runtime, each followed by one pass over memory.

import {
  type Activity,
  type AdamStep,
  type Backend,
  describe,
  type Dropout,
  dropoutBound,
  type DType,
  type EncodedImages,
  type Encoding,
  type FieldOperations,
  type FusedOperations,
  gatherShape,
  type Gradient,
  type LocalRule,
  type MapOperations,
  matmulDimensions,
  type MomentumStep,
  type Normalisation,
  type PeerRule,
  requireContrasts,
  requireDType,
  type Shape,
  type Tensor,
  type TensorData,
  type Warp,
} from "@forward-forward/core/tensor";
import type { Engine } from "./_engine.ts";
import { judge } from "./_judge.ts";
import { localGradientsOn } from "./_local_gradients.ts";
import type { HostTensor } from "./_memory.ts";
import { shownIn } from "./_shown.ts";
import { moveRow } from "./_warp.ts";
import type { Loops } from "./loops/mod.ts";

/** What the fused operations need of their backend. */
export interface Host {
  /** The backend itself, for the composed bodies. */
  backend: Backend;
  /** Runs products. */
  engine: Engine;
  /** Runs what is between them. */
  loops: Loops;
  /** An operand. */
  use(operation: string, tensor: Tensor): HostTensor;
  /** An operand of `f32`. */
  floats(operation: string, tensor: Tensor): HostTensor;
  /** A new tensor, `f32` unless said otherwise, with whatever is in its memory. */
  make(operation: string, shape: Shape, dtype?: DType): HostTensor;
}

/** The fused operations on a host. */
export function fusedOn(
  host: Host,
): Omit<FusedOperations, keyof MapOperations | keyof FieldOperations> {
  const { engine, loops, use, floats, make } = host;
  const requireSize = (operation: string, x: Tensor, rows: number, columns: number): void => {
    if (x.shape[0] !== rows || x.shape[1] !== columns) {
      throw new TypeError(`${operation}: ${describe(x)} should be [${rows}, ${columns}]`);
    }
  };
  // The operands of a gradient that is a product, which must have the shape of `p`.
  const factors = (
    operation: string,
    { inputs, delta }: Exclude<Gradient, Tensor>,
    p: Tensor,
  ): { a: HostTensor; b: HostTensor; transposeA: true } => {
    const a = floats(operation, inputs);
    const b = floats(operation, delta);
    const { m, n } = matmulDimensions(inputs, delta, { transposeA: true });
    requireSize(operation, p, m, n);
    return { a, b, transposeA: true };
  };
  const sizeOf = ({ shape }: Tensor): number => shape[0] * shape[1];

  // `x` with each row multiplied by what `factor` makes of the row's number in `squares`.
  const scaleRows = (
    operation: string,
    x: HostTensor,
    squares: HostTensor,
    factor: (square: number, row: number) => number,
    pull?: HostTensor | null,
  ): HostTensor => {
    const [rows, columns] = x.shape;
    requireSize(operation, squares, rows, 1);
    const y = make(operation, x.shape);
    using scales = make(operation, [rows, 1]);
    const from = squares.data;
    const to = scales.data;
    for (let i = 0; i < rows; i++) to[i] = factor(from[i]!, i);
    const positive = pull ? rows / 2 : 0;
    if (pull) loops.scaleRowsPulled(x.at, scales.at, pull.at, y.at, positive, columns);
    const skipped = 4 * positive * columns;
    const rest = scales.at + 4 * positive;
    loops.mulAcross(x.at + skipped, rest, y.at + skipped, rows - positive, columns, 4);
    return y;
  };

  return {
    encode(
      images: Tensor,
      strengths: Tensor,
      indices: Tensor,
      { neutral, classes, share, epsilon, highest }: Encoding,
      warp?: Warp | null,
    ): EncodedImages {
      const table = use("encode", images);
      requireDType("encode", images, "u8");
      const ones = floats("encode", strengths);
      const picked = use("encode", indices);
      const [count, width] = images.shape;
      const [rows, columns] = gatherShape(images, indices, warp, "encode");
      requireSize("encode", strengths, count, 1);
      const [strength, neutralScale, label] = [0, 0, 0].map(() => make("encode", [rows, 1])) as [
        HostTensor,
        HostTensor,
        HostTensor,
      ];
      using raw = make("encode", [rows, columns]);
      using squares = make("encode", [rows, 1]);
      const within = (index: number): boolean => index >= 0 && index < count;
      if (warp || !picked.data.every(within)) {
        const [maps, which] = warp ? [warp.maps, warp.which].map((x) => use("encode", x).data) : [];
        for (let i = 0; i < rows; i++) {
          const index = picked.data[i]!;
          const [start, to] = [index * width, i * columns];
          if (!within(index)) raw.data.fill(0, to, to + columns);
          else if (warp) {
            const from = [start, width] as const;
            moveRow(table.data, from, maps!, which![i]!, raw.data, [to, columns]);
          } else {
            for (let j = 0; j < columns; j++) raw.data[to + j] = table.data[start + j]!;
          }
          squares.data[i] = decode(raw.data, to, columns, highest);
        }
      } else loops.pixels(table.at, picked.at, raw.at, squares.at, rows, columns, highest);
      const norm = (square: number): number => Math.sqrt(share * square) + epsilon;
      const pixels = scaleRows("encode", raw, squares, (square, i) => {
        const one = ones.data[picked.data[i]!] ?? 0; // An image that there is not is all zeros.
        const length = norm(square + one * one);
        const neutralLength = norm(square + classes * neutral * neutral);
        strength.data[i] = one / length;
        neutralScale.data[i] = length / neutralLength;
        label.data[i] = neutral / neutralLength;
        return 1 / length;
      });
      return { pixels, strength, neutralScale, neutral: label };
    },

    normaliseRows({ s, squares }: Activity, to: Normalisation, epsilon: number): Tensor {
      const x = floats("normaliseRows", s);
      const share = to === "rms" ? 1 / s.shape[1] : 1;
      return scaleRows(
        "normaliseRows",
        x,
        floats("normaliseRows", squares),
        (square) => 1 / (Math.sqrt(share * square) + epsilon),
      );
    },

    dropout(x: Tensor, dropout: Dropout): Tensor {
      const from = floats("dropout", x);
      const bound = dropoutBound(dropout);
      const y = make("dropout", x.shape);
      const { rate, seed } = dropout;
      loops.dropout(from.at, y.at, sizeOf(x), seed, bound, 1 / (1 - rate));
      return y;
    },

    dense(x: Tensor, weights: Tensor, bias: Tensor, product?: Tensor | null): Activity {
      const a = floats("dense", x);
      const b = floats("dense", weights);
      const row = floats("dense", bias);
      const shared = product ? floats("dense", product) : null;
      const { m, n } = matmulDimensions(x, weights);
      requireSize("dense", bias, 1, n);
      if (shared && 2 * shared.shape[0] !== m) requireSize("dense", shared, m, n);
      if (shared) requireSize("dense", shared, shared.shape[0], n);
      const s = make("dense", [m, n]);
      const squares = make("dense", [m, 1]);
      // What is shown beside what is shared is a label, most often.
      using shown = shared && shownIn("dense", a, make);
      if (!shown) engine.product({ a, b, c: s });
      const rest = shared && [shared.at, shared.shape[0], squares.at, m, n] as const;
      if (!rest) loops.activate(s.at, row.at, squares.at, m, n);
      else if (!shown) loops.activateShared(s.at, row.at, ...rest);
      else {
        const { labels, strengths } = shown;
        loops.activateShown(s.at, row.at, b.at, labels.at, strengths.at, ...rest);
      }
      return { s, squares };
    },

    localDelta(
      { s, squares }: Activity,
      rule: LocalRule,
      figures: Tensor,
      pull?: Tensor | null,
    ): Tensor {
      const x = floats("localDelta", s);
      const rows = floats("localDelta", squares);
      const sums = floats("localDelta", figures);
      const row = pull ? floats("localDelta", pull) : null;
      const pairs = requireContrasts("localDelta", s);
      requireSize("localDelta", figures, 4, 1);
      if (row) requireSize("localDelta", row, 1, s.shape[1]);
      const found = [0, 0, 0, 0];
      const delta = scaleRows("localDelta", x, rows, (square, i) => {
        return judge(square, i < pairs ? 0 : 1, rule, found);
      }, row);
      const to = sums.data;
      for (let i = 0; i < 4; i++) to[i]! += found[i]!;
      return delta;
    },

    peerPull(s: Tensor, m: Tensor, { strength, decay }: PeerRule): Tensor {
      const x = floats("peerPull", s);
      const mean = floats("peerPull", m);
      const pairs = requireContrasts("peerPull", s);
      const columns = s.shape[1];
      requireSize("peerPull", m, 1, columns);
      const pull = make("peerPull", [1, columns]);
      loops.sumRows(x.at, pull.at, pairs, columns);
      const share = (1 - decay) / pairs;
      const row = pull.data;
      const old = mean.data;
      let total = 0;
      for (let j = 0; j < columns; j++) total += old[j] = decay * old[j]! + share * row[j]!;
      const middle = total / columns;
      for (let j = 0; j < columns; j++) row[j] = strength * (old[j]! - middle);
      return pull;
    },

    localGradients: localGradientsOn(host),

    addHalves(x: Tensor): Tensor {
      const from = floats("addHalves", x);
      const pairs = requireContrasts("addHalves", x);
      const y = make("addHalves", [pairs, x.shape[1]]);
      const half = sizeOf(y);
      loops.addAlong(from.at, from.at + 4 * half, y.at, 1, half, 0);
      return y;
    },

    adam(p: Tensor, gradient: Gradient, m: Tensor, v: Tensor, step: AdamStep): void {
      const [w, first, second] = [p, m, v].map((x) => floats("adam", x)) as [
        HostTensor,
        HostTensor,
        HostTensor,
      ];
      requireSize("adam", m, ...p.shape);
      requireSize("adam", v, ...p.shape);
      const { alpha, beta1, beta2, epsilon, decay } = step;
      const apply = (g: HostTensor): void =>
        loops.adam(
          w.at,
          g.at,
          first.at,
          second.at,
          sizeOf(p),
          alpha,
          beta1,
          1 - beta1,
          beta2,
          1 - beta2,
          epsilon,
          1 - decay,
        );
      if ("dtype" in gradient) {
        requireSize("adam", gradient, ...p.shape);
        apply(floats("adam", gradient));
      } else {
        const operands = factors("adam", gradient, p);
        using g = make("adam", p.shape);
        engine.product({ ...operands, c: g });
        apply(g);
      }
    },

    momentum(p: Tensor, gradient: Gradient, v: Tensor, step: MomentumStep): void {
      const w = floats("momentum", p);
      const velocity = floats("momentum", v);
      requireSize("momentum", v, ...p.shape);
      const { learningRate, momentum, decay } = step;
      const count = sizeOf(p);
      if ("dtype" in gradient) {
        requireSize("momentum", gradient, ...p.shape);
        loops.mix(velocity.at, floats("momentum", gradient).at, count, momentum, 1 - momentum);
      } else {
        // The gradient is smoothed inside its product, and never stored.
        engine.product({
          ...factors("momentum", gradient, p),
          c: velocity,
          mix: { keep: momentum, share: 1 - momentum },
        });
      }
      loops.follow(w.at, velocity.at, count, 1 - learningRate * decay, learningRate);
    },
  };
}

// Makes numbers of the bytes in a row, in place, and returns the sum of their squares.
function decode(x: TensorData, start: number, count: number, highest: number): number {
  let sum = 0;
  for (let i = start; i < start + count; i++) {
    const byte = x[i]!;
    x[i] = (byte > highest ? byte - 256 : byte) * (1 / 255);
    sum += x[i]! * x[i]!;
  }
  return sum;
}

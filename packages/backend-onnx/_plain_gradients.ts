// The gradients of a layer to whose inputs positive and negative data have nothing in common.

import type { Contrasts, DenseParameters } from "@forward-forward/core/tensor";
import type { Matrix } from "./_engine.ts";
import {
  ADD,
  blocks,
  CACHED,
  FEW,
  type Judgement,
  rowAt,
  ROWS,
  rowsOf,
  type Tools,
} from "./_local_gradients.ts";
import type { Block, HostTensor } from "./_memory.ts";
import { inLanes, SilentUnits } from "./_silent_units.ts";

// Rows that tell which units are silent, of each half of a part.
const SAMPLE = 8;

// What is known of the units of a layer that is trained on the same inputs again and again.
interface Known {
  inputs: Block[];
  units: number;
  sample: Matrix;
  silent: SilentUnits;
}

/** What makes such gradients. */
export function plainGradientsOn({ engine, loops, floats, fresh, zeros, take }: Tools): (
  layer: DenseParameters,
  parts: readonly Contrasts[],
  judgement: Judgement,
) => DenseParameters {
  const all = new WeakMap<readonly Contrasts[], Known>();

  const knownOf = (
    parts: readonly Contrasts[],
    inputs: readonly HostTensor[],
    weights: HostTensor,
  ): Known => {
    const before = all.get(parts);
    // The same handles may hold something else by now.
    const same = (known: Known): boolean =>
      known.units === weights.shape[1] && inputs.every(({ block }, i) => block === known.inputs[i]);
    if (before && same(before)) return before;
    const known = {
      inputs: inputs.map(({ block }) => block!),
      units: weights.shape[1],
      sample: sampleOf(inputs),
      silent: new SilentUnits(weights, Math.max(...inputs.map(longest))),
    };
    all.set(parts, known);
    return known;
  };

  // The Euclidean length of the longest row.
  const longest = (x: HostTensor): number => {
    const [rows, columns] = x.shape;
    using squares = fresh(rows, 1);
    loops.rowSquares(x.at, squares.at, rows, columns);
    return Math.sqrt((squares.data as Float32Array).reduce((most, q) => Math.max(most, q), 0));
  };

  // All units, in the order of the most they are in the sample.
  const ordered = ({ sample }: Known, weights: HostTensor, bias: HostTensor): Int32Array => {
    const [rows, units] = [sample.shape[0], bias.shape[1]];
    using z = fresh(rows, units);
    engine.product({ a: sample, b: weights, c: z });
    const most = new Float64Array(units).fill(-Infinity);
    const values = z.data;
    for (let at = 0; at < values.length; at += units) {
      for (let j = 0; j < units; j++) if (values[at + j]! > most[j]!) most[j] = values[at + j]!;
    }
    for (let j = 0; j < units; j++) most[j]! += bias.data[j]!;
    return Int32Array.from({ length: units }, (_, j) => j)
      .sort((a, b) => most[b]! - most[a]! || a - b);
  };

  const columnsOf = (x: HostTensor, columns: Int32Array): HostTensor => {
    const [rows, every] = x.shape;
    const y = fresh(rows, columns.length);
    const [from, to] = [x.data as Float32Array, y.data];
    for (let i = 0, at = 0; i < rows; i++) {
      for (let j = 0; j < columns.length; j++) to[at++] = from[i * every + columns[j]!]!;
    }
    return y;
  };
  const amongZeros = (x: HostTensor, columns: Int32Array, every: number): HostTensor => {
    const [rows] = x.shape;
    const y = zeros([rows, every]);
    const [from, to] = [x.data as Float32Array, y.data];
    for (let i = 0, at = 0; i < rows; i++) {
      for (let j = 0; j < columns.length; j++) to[i * every + columns[j]!] = from[at++]!;
    }
    return y;
  };

  return (layer, parts, judgement) => {
    const inputs = parts.map((part) => floats(part.inputs));
    const whole = { weights: floats(layer.weights), bias: floats(layer.bias) };
    const every = whole.bias.shape[1];
    const least = engine.leastColumns(fewestRows(inputs), every);
    const known = least < every ? knownOf(parts, inputs, whole.weights) : null;
    const chose = known && inLanes(
      ordered(known, whole.weights, whole.bias),
      known.silent.audible(whole.weights, whole.bias),
      least,
    );
    const [weights, bias] = chose
      ? [columnsOf(whole.weights, chose), columnsOf(whole.bias, chose)]
      : [whole.weights, whole.bias];
    const units = bias.shape[1];
    const sums = { weights: zeros(weights.shape), bias: zeros(bias.shape) };
    // Sums over some rows, so that no sum is of too many terms.
    const some = zeros(bias.shape);
    const z = fresh(ROWS, units);
    const top = fresh(1, units);
    top.data.fill(-Infinity);
    const { squares, scales } = judgement;
    for (const input of inputs) {
      const pairs = input.shape[0] / 2;
      for (const half of [0, 1] as const) {
        for (const [from, to] of blocks(half * pairs, (half + 1) * pairs, ROWS)) {
          for (const [first, last] of blocks(from, to, CACHED)) {
            const y = rowsOf(z, first - from, last - from);
            engine.product({ a: rowsOf(input, first, last), b: weights, c: y });
            for (const [start, end] of blocks(first, last, FEW)) {
              const [count, at] = [end - start, rowAt(z, start - from)];
              loops.activateWatched(at, bias.at, squares.at, top.at, count, units);
              judgement.pass(0, count, half);
              loops.scaleRowsSummed(at, scales.at, some.at, count, units);
            }
            take(sums.bias, some);
          }
          const [x, delta] = [rowsOf(input, from, to), rowsOf(z, 0, to - from)];
          engine.product({ a: x, b: delta, c: sums.weights, transposeA: true, mix: ADD });
        }
      }
    }
    if (!chose) return { ...sums, shared: null };
    known.silent.heard(chose, top.data, whole.weights, whole.bias);
    return {
      weights: amongZeros(sums.weights, chose, every),
      shared: null,
      bias: amongZeros(sums.bias, chose, every),
    };
  };
}

// Rows of the lowest product: of activities, or of the gradient.
function fewestRows(inputs: readonly HostTensor[]): number {
  const rows = inputs.flatMap(({ shape }) =>
    [...blocks(0, shape[0] / 2, ROWS)].flatMap((block) => [...blocks(...block, CACHED)])
  );
  return Math.min(inputs[0]!.shape[1], ...rows.map(([from, to]) => to - from));
}

// Some rows of each half, one below the other.
function sampleOf(inputs: readonly HostTensor[]): Matrix {
  const columns = inputs[0]!.shape[1];
  const rows = inputs.flatMap((x) => {
    const pairs = x.shape[0] / 2;
    const count = Math.min(SAMPLE, pairs);
    return [0, pairs].map((from) => rowsOf(x, from, from + count).data);
  });
  const data = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const some of rows) {
    data.set(some, at);
    at += some.length;
  }
  return { data, shape: [data.length / columns, columns] };
}

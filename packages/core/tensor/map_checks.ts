// Which operands the operations on maps refuse, shared by backends so that all refuse alike.

import type { Shape, Tensor } from "./backend.ts";
import {
  type Convolution,
  convolved,
  fieldShape,
  mapWords,
  pooled,
  type Pooling,
  type ReceptiveFields,
  volume,
  weightShape,
  windowed,
  type Windows,
} from "./maps.ts";
import { describe, requireDType } from "./shape.ts";

function requireWindows(operation: string, x: Tensor, w: Windows): void {
  const counts = [w.input.channels, w.input.rows, w.input.columns, w.size, w.stride];
  const { rows, columns } = windowed(w);
  if (
    ![...counts, rows, columns].every((n) => Number.isInteger(n) && n >= 1) ||
    !Number.isInteger(w.padding) || w.padding < 0
  ) {
    throw new RangeError(
      `${operation}: no window of ${w.size}x${w.size} with stride ${w.stride} and padding ${w.padding} fits ` +
        `maps of ${mapWords(w.input)}`,
    );
  }
  requireMatrix(operation, x, [x.shape[0], volume(w.input)]);
}

function requireMatrix(operation: string, x: Tensor, shape: Shape): void {
  requireDType(operation, x, "f32");
  if (x.shape[0] === shape[0] && x.shape[1] === shape[1]) return;
  throw new TypeError(`${operation}: ${describe(x)} should be [${shape.join(", ")}]`);
}

/** Throws unless `FusedOperations.convolve` can be of these. */
export function requireConvolution(
  operation: string,
  x: Tensor,
  c: Convolution,
  { weights, delta }: { weights?: Tensor; delta?: Tensor },
): void {
  requireWindows(operation, x, c);
  const { channels, groups, input } = c;
  const whole = Number.isInteger(channels) && channels >= 1 && Number.isInteger(groups);
  if (!whole || groups < 1 || channels % groups || input.channels % groups) {
    throw new RangeError(
      `${operation}: ${groups} groups do not divide ${input.channels} channels in and ${channels} out`,
    );
  }
  if (weights) requireMatrix(operation, weights, weightShape(c));
  if (delta) requireMatrix(operation, delta, [x.shape[0], volume(convolved(c))]);
}

/** Throws unless `FusedOperations.fields` can be of these. */
export function requireFields(
  operation: string,
  x: Tensor,
  f: ReceptiveFields,
  { weights, delta }: { weights?: Tensor; delta?: Tensor },
): void {
  requireWindows(operation, x, f);
  if (!Number.isInteger(f.channels) || f.channels < 1) {
    throw new RangeError(`${operation}: a place has units, and ${f.channels} is no number of them`);
  }
  if (weights) requireMatrix(operation, weights, fieldShape(f));
  if (delta) requireMatrix(operation, delta, [x.shape[0], volume(convolved(f))]);
}

/** Throws unless `FusedOperations.activate` can be of these. */
export function requireBiases(operation: string, z: Tensor, bias: Tensor): void {
  requireDType(operation, z, "f32");
  requireMatrix(operation, bias, [1, z.shape[1]]);
}

/** Throws unless `FusedOperations.pool` can be of these. */
export function requirePooling(operation: string, x: Tensor, p: Pooling, delta?: Tensor): void {
  requireWindows(operation, x, p);
  if (p.padding !== 0) throw new RangeError(`${operation}: pooling has no padding`);
  if (delta) requireMatrix(operation, delta, [x.shape[0], volume(pooled(p))]);
}

/** Throws unless `FusedOperations.gateRows` can be of these; says whether there is a scale for each number. */
export function requireScales(s: Tensor, scales: Tensor): boolean {
  const [rows, columns] = scales.shape;
  if (rows === s.shape[0] && (columns === 1 || columns === s.shape[1])) {
    return columns === s.shape[1] && columns > 1;
  }
  throw new TypeError(`gateRows: ${describe(scales)} is no column for ${describe(s)}`);
}

/** Throws unless `x` and other maps are of so many channels, and rows have a number for each. */
export function requireChannels(
  operation: string,
  x: Tensor,
  channels: number,
  { maps, rows }: { maps: Tensor | null; rows: readonly Tensor[] },
): void {
  requireDType(operation, x, "f32");
  if (!Number.isInteger(channels) || channels < 1 || x.shape[1] % channels !== 0) {
    throw new RangeError(`${operation}: ${describe(x)} is not of ${channels} channels`);
  }
  if (maps) requireMatrix(operation, maps, x.shape);
  for (const row of rows) requireMatrix(operation, row, [1, channels]);
}

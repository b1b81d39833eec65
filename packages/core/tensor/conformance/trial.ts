// What the tests of the suite share: data from a seed, and a run of the same work on two backends.

import type { Backend, Shape, Tensor, TensorData } from "../backend.ts";
import { Random } from "../random.ts";
import { ReferenceBackend } from "../reference/backend.ts";
import { compare, dtypeOf, exact, type HostMatrix, type Tolerance } from "./compare.ts";

/** Registers one test of the suite. */
export type Check = (name: string, body: (trial: Trial) => void | Promise<void>) => void;

/** One handle for each operand. */
type Handles<O extends readonly HostMatrix[]> = { -readonly [K in keyof O]: Tensor };

/** A piece of work; it returns the handles it made. */
type Work<O extends readonly HostMatrix[]> = (
  backend: Backend,
  ...operands: Handles<O>
) => Tensor | readonly Tensor[];

interface AgreeOptions {
  /** The backend's tolerance where absent. */
  tolerance?: Tolerance;
  /** Whether the operands are updated in place: then they are compared like results. */
  inPlace?: boolean;
  /** Opens the message of a failure; the shapes of the operands where absent. */
  what?: string;
}

/** One test at work: the backend under test, and data that depends on the test's name alone. */
export class Trial {
  readonly backend: Backend;
  readonly tolerance: Tolerance;
  readonly #base: number;
  readonly #random: Random;

  constructor(backend: Backend, tolerance: Tolerance, name: string) {
    this.backend = backend;
    this.tolerance = tolerance;
    this.#base = backend.memory().tensors;
    this.#random = new Random(20221227).fork(name);
  }

  /** `f32` numbers evenly from `[low, high)`. */
  uniform(shape: Shape, low = -1, high = 1): HostMatrix {
    const data = new Float32Array(shape[0] * shape[1]);
    for (let i = 0; i < data.length; i++) data[i] = low + (high - low) * this.#random.uniform();
    return { shape, data };
  }

  /** Whole `f32` numbers from `low` to `high`: sums of them are exact in any order. */
  whole(shape: Shape, low = -3, high = 3): HostMatrix {
    const data = new Float32Array(shape[0] * shape[1]);
    for (let i = 0; i < data.length; i++) data[i] = low + this.#random.below(high - low + 1);
    return { shape, data };
  }

  /** `i32` numbers from `low` to `high`. */
  integers(shape: Shape, low: number, high: number): HostMatrix {
    const data = new Int32Array(shape[0] * shape[1]);
    for (let i = 0; i < data.length; i++) data[i] = low + this.#random.below(high - low + 1);
    return { shape, data };
  }

  /** `u8` numbers from 0 to 255. */
  bytes(shape: Shape): HostMatrix {
    const data = new Uint8Array(shape[0] * shape[1]);
    for (let i = 0; i < data.length; i++) data[i] = this.#random.below(256);
    return { shape, data };
  }

  /** Live handles made by this test. */
  live(): number {
    return this.backend.memory().tensors - this.#base;
  }

  /** Uploads to the backend under test. */
  upload(matrix: HostMatrix): Tensor {
    return this.backend.upload(matrix.data, matrix.shape);
  }

  /** Reads one tensor and frees it. */
  async take(tensor: Tensor): Promise<HostMatrix> {
    const [data] = await this.backend.read([tensor]);
    const matrix = host(tensor, data!);
    tensor.dispose();
    return matrix;
  }

  /**
   * Does the same work on the backend under test and on the reference, and compares the results.
   * Also sees to it that the work makes a new handle for each result and no other, and that it
   * leaves its operands as they were.
   */
  async agree<const O extends readonly HostMatrix[]>(
    operands: O,
    work: Work<O>,
    options: AgreeOptions = {},
  ): Promise<void> {
    using reference = new ReferenceBackend();
    const actual = await perform(this.backend, operands, work);
    const expected = await perform(reference, operands, work);
    const { tolerance = this.tolerance, inPlace = false } = options;
    const what = options.what ?? operands.map(({ shape }) => `[${shape}]`).join(" and ");

    if (actual.results.length !== expected.results.length) {
      throw new Error(`${what}: ${actual.results.length} results, not ${expected.results.length}`);
    }
    for (const [i, result] of actual.results.entries()) {
      compare(result, expected.results[i]!, { tolerance, what });
    }
    for (const [i, operand] of actual.operands.entries()) {
      if (inPlace) {
        compare(operand, expected.operands[i]!, { tolerance, what: `${what}: operand ${i}` });
      } else {
        compare(operand, operands[i]!, {
          tolerance: exact,
          what: `${what}: operand ${i} was changed`,
        });
      }
    }
  }

  /**
   * Expects `work` to throw an error of this class at once, whose message names the operation (or
   * none, where it is empty), and to leave no handle behind.
   */
  refuses(kind: ErrorConstructor, operation: string, work: () => unknown): void {
    const before = this.backend.memory().tensors;
    const error = thrown(work);
    if (!(error instanceof kind)) {
      throw new Error(`${operation}: expected a ${kind.name}, got ${error ?? "no error"}`);
    }
    if (!error.message.includes(operation)) {
      throw new Error(`${operation}: the message does not name it: ${error.message}`);
    }
    const left = this.backend.memory().tensors - before;
    if (left !== 0) throw new Error(`${operation}: left ${left} handles when it threw`);
  }
}

/** Throws unless the numbers are the same. */
export function same(actual: number, expected: number, what: string): void {
  if (actual !== expected) throw new Error(`${what}: expected ${expected}, got ${actual}`);
}

/** A matrix of `f32` from its rows. */
export function f32(...rows: number[][]): HostMatrix {
  return { shape: [rows.length, rows[0]!.length], data: new Float32Array(rows.flat()) };
}

/** A column of `i32`. */
export function i32(...values: number[]): HostMatrix {
  return { shape: [values.length, 1], data: new Int32Array(values) };
}

/** A matrix of zeros. */
export function zeros(shape: Shape): HostMatrix {
  return { shape, data: new Float32Array(shape[0] * shape[1]) };
}

/** Activities of rows that are half silent, as a ReLU leaves them, with some rows that are all zero. */
export function activities(t: Trial, shape: Shape): HostMatrix {
  const { data } = t.uniform(shape);
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / shape[1]);
    data[i] = row % 17 === 5 ? 0 : Math.max(data[i]!, 0) * (1 + row % 3);
  }
  return { shape, data };
}

/** A matrix and the sums of squares of its rows. */
export function withSquares(s: HostMatrix): [HostMatrix, HostMatrix] {
  const [rows, columns] = s.shape;
  const data = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += s.data[i * columns + j]! ** 2;
    data[i] = sum;
  }
  return [s, { shape: [rows, 1], data }];
}

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

async function perform<O extends readonly HostMatrix[]>(
  backend: Backend,
  operands: O,
  work: Work<O>,
): Promise<{ results: HostMatrix[]; operands: HostMatrix[] }> {
  const held = operands.map(({ data, shape }) => backend.upload(data, shape));
  try {
    const before = backend.memory().tensors;
    const made = [work(backend, ...(held as Handles<O>))].flat() as Tensor[];
    held.push(...made);
    const grown = backend.memory().tensors - before;
    if (grown !== made.length) {
      throw new Error(`${grown} new handles are live after ${made.length} results were made`);
    }
    const data = await backend.read(held);
    const matrices = held.map((tensor, i) => host(tensor, data[i]!));
    return {
      operands: matrices.slice(0, operands.length),
      results: matrices.slice(operands.length),
    };
  } finally {
    for (const tensor of held) tensor.dispose();
  }
}

function host(tensor: Tensor, data: TensorData): HostMatrix {
  if (tensor.dtype !== dtypeOf(data)) {
    throw new Error(`a handle that says ${tensor.dtype} reads as ${dtypeOf(data)}`);
  }
  return { shape: tensor.shape, data };
}

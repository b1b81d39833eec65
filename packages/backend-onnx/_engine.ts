// ONNX Runtime's native library, and the small graphs that it is asked to run.

import type { Tensor as OrtTensor } from "onnxruntime-common";
import type { Shape, TensorData } from "@forward-forward/core/tensor";
import { type Chain, chainModel, productModel } from "./_models.ts";

/** What this backend uses of ONNX Runtime. */
export interface Runtime {
  /** The library's synchronous sessions. The package's public ones wait for a turn of the event loop. */
  Session: new () => Session;
  /** Its tensors, which share the memory of the typed array they are made of. */
  Tensor: new (type: "float32", data: Float32Array, shape: number[]) => OrtTensor;
  /** Threads of a product. */
  threads: number;
}

interface Session {
  loadModel(
    bytes: ArrayBufferLike,
    offset: number,
    length: number,
    options: Record<string, unknown>,
  ): void;
  run(
    feeds: Record<string, OrtTensor>,
    fetches: Record<string, OrtTensor>,
    options: Record<string, unknown>,
  ): unknown;
  dispose(): void;
}

/** A matrix of `f32` in host memory. */
export interface Matrix {
  /** Row by row. */
  data: TensorData;
  /** `[rows, columns]`. */
  shape: Shape;
}

/** `c = a · b`, after the transpositions, or `c = keep c + share a · b` where there is a mix. */
export interface Product {
  /** Left operand, as stored. */
  a: Matrix;
  /** Right operand, as stored. */
  b: Matrix;
  /** Where the result goes. */
  c: Matrix;
  /** Reads `a` as its transpose. */
  transposeA?: boolean;
  /** Reads `b` as its transpose. */
  transposeB?: boolean;
  /** What `c` and the product are multiplied with, to be added up in place. */
  mix?: { keep: number; share: number };
}

/** A tensor of any rank in host memory. */
export interface Block {
  /** Its elements. */
  data: TensorData;
  /** Its sides. */
  dims: readonly number[];
}

/** Runs products and windows, each as a graph that is built once. */
export class Engine {
  readonly #runtime: Runtime;
  readonly #sessions = new Map<string, Session>();

  /** An engine of its own sessions. */
  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /**
   * The fewest columns that products with at least so many rows may have for each of their columns to have the same
   * bits whichever others there are. The library sums narrower ones in longer runs, and gives each thread some of the
   * columns where there are more of them than rows.
   */
  leastColumns(rows: number, columns: number): number {
    return columns <= rows ? 128 : 128 * this.#runtime.threads;
  }

  /** Computes a product into memory that is there already. */
  product({ a, b, c, transposeA = false, transposeB = false, mix }: Product): void {
    const { Tensor } = this.#runtime;
    const tensor = (x: Matrix): OrtTensor =>
      new Tensor("float32", x.data as Float32Array, [...x.shape]);
    const result = tensor(c);
    const feeds: Record<string, OrtTensor> = { a: tensor(a), b: tensor(b) };
    if (mix) feeds.old = result;
    const key = `${transposeA} ${transposeB} ${mix?.keep} ${mix?.share}`;
    this.#session(key, () => productModel(transposeA, transposeB, mix))
      .run(feeds, { c: result }, {});
  }

  /** Frees the sessions. */
  dispose(): void {
    for (const session of this.#sessions.values()) session.dispose();
    this.#sessions.clear();
  }

  /** Runs a chain of operators on blocks of these names, into memory that is there already. */
  run(chain: Chain, feeds: Readonly<Record<string, Block>>, result: Block): void {
    const { Tensor } = this.#runtime;
    const tensor = ({ data, dims }: Block): OrtTensor =>
      new Tensor("float32", data as Float32Array, [...dims]);
    const given = Object.entries(feeds).map(([name, block]) => [name, tensor(block)] as const);
    this.#session(JSON.stringify(chain), () => chainModel(chain))
      .run(Object.fromEntries(given), { y: tensor(result) }, {});
  }

  #session(key: string, model: () => Uint8Array): Session {
    let session = this.#sessions.get(key);
    if (!session) {
      session = new this.#runtime.Session();
      const { buffer, byteOffset, byteLength } = model();
      session.loadModel(buffer, byteOffset, byteLength, {
        intraOpNumThreads: this.#runtime.threads,
        interOpNumThreads: 1,
        executionMode: "sequential",
        graphOptimizationLevel: "all",
        extra: { session: { intra_op: { allow_spinning: "0" } } },
      });
      this.#sessions.set(key, session);
    }
    return session;
  }
}

// ONNX Runtime's native library, and the one kind of graph it is asked to run.

import proto from "onnx-proto";
import type { Tensor as OrtTensor } from "onnxruntime-common";

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

/** `c = a · b`, after the transpositions, or `c = relu(a · b + bias)` where there is a bias. */
export interface Product {
  /** Left operand, as stored. */
  a: { data: Float32Array; shape: readonly [number, number] };
  /** Right operand, as stored. */
  b: { data: Float32Array; shape: readonly [number, number] };
  /** A row that is added to every row before the ReLU. */
  bias?: Float32Array;
  /** Where the result goes. */
  c: { data: Float32Array; shape: readonly [number, number] };
  /** Reads `a` as its transpose. */
  transposeA: boolean;
  /** Reads `b` as its transpose. */
  transposeB: boolean;
}

/** Runs products, each as a graph of one or two nodes that is built once. */
export class Engine {
  readonly #runtime: Runtime;
  readonly #sessions = new Map<string, Session>();

  /** An engine of its own sessions. */
  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Computes a product into memory that is there already. */
  product({ a, b, bias, c, transposeA, transposeB }: Product): void {
    const { Tensor } = this.#runtime;
    const tensor = (data: Float32Array, shape: readonly [number, number]): OrtTensor =>
      new Tensor("float32", data, [...shape]);
    const feeds: Record<string, OrtTensor> = {
      a: tensor(a.data, a.shape),
      b: tensor(b.data, b.shape),
    };
    if (bias) feeds.bias = tensor(bias, [1, bias.length]);
    this.#session(transposeA, transposeB, bias !== undefined)
      .run(feeds, { c: tensor(c.data, c.shape) }, {});
  }

  /** Frees the sessions. */
  dispose(): void {
    for (const session of this.#sessions.values()) session.dispose();
    this.#sessions.clear();
  }

  #session(transposeA: boolean, transposeB: boolean, dense: boolean): Session {
    const key = `${transposeA} ${transposeB} ${dense}`;
    let session = this.#sessions.get(key);
    if (!session) {
      session = new this.#runtime.Session();
      const { buffer, byteOffset, byteLength } = model(transposeA, transposeB, dense);
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

// Numbers of the ONNX format.
const FLOAT = 1;
const INT_ATTRIBUTE = 2;
const IR_VERSION = 9;
const OPSET = 21;

function model(transposeA: boolean, transposeB: boolean, dense: boolean): Uint8Array {
  const { onnx } = proto;
  const matrix = (name: string, rows: string | number, columns: string): object => ({
    name,
    type: {
      tensorType: {
        elemType: FLOAT,
        shape: {
          dim: [typeof rows === "number" ? { dimValue: rows } : { dimParam: rows }, {
            dimParam: columns,
          }],
        },
      },
    },
  });
  const flag = (name: string, value: boolean): object => ({
    name,
    type: INT_ATTRIBUTE,
    i: Number(value),
  });
  const nodes = [{
    opType: "Gemm",
    input: dense ? ["a", "b", "bias"] : ["a", "b"],
    output: [dense ? "z" : "c"],
    attribute: [flag("transA", transposeA), flag("transB", transposeB)],
  }, { opType: "Relu", input: ["z"], output: ["c"] }];
  return onnx.ModelProto.encode(onnx.ModelProto.fromObject({
    irVersion: IR_VERSION,
    opsetImport: [{ domain: "", version: OPSET }],
    graph: {
      name: "product",
      node: dense ? nodes : nodes.slice(0, 1),
      input: [
        transposeA ? matrix("a", "k", "m") : matrix("a", "m", "k"),
        transposeB ? matrix("b", "n", "k") : matrix("b", "k", "n"),
        ...dense ? [matrix("bias", 1, "n")] : [],
      ],
      output: [matrix("c", "m", "n")],
    },
  })).finish();
}

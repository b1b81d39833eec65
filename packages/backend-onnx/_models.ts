// The graphs that ONNX Runtime is asked to run, in the ONNX format.

import proto from "onnx-proto";

// Numbers of the format.
const FLOAT = 1;
const ATTRIBUTE = { float: 1, int: 2, ints: 7 } as const;
const IR_VERSION = 9;
const OPSET = 21;

/** Operators one after the other, each on what the one before made; the first takes more inputs, by name. */
export interface Chain {
  /** Names of the first one's inputs, with how many sides they have. */
  inputs: Readonly<Record<string, number>>;
  /** The operators, with attributes that are lists of whole numbers or whole numbers. */
  nodes: readonly { opType: string; attributes?: Readonly<Record<string, number | number[]>> }[];
}

/** `y`, which a chain makes. */
export function chainModel({ inputs, nodes }: Chain): Uint8Array {
  const rank = Object.values(inputs)[0]!;
  const last = nodes.length - 1;
  return encode({
    node: nodes.map(({ opType, attributes = {} }, i) => ({
      opType,
      input: i === 0 ? Object.keys(inputs) : [`y${i - 1}`],
      output: [i === last ? "y" : `y${i}`],
      attribute: Object.entries(attributes).map(([name, value]) =>
        Array.isArray(value)
          ? { name, type: ATTRIBUTE.ints, ints: value }
          : { name, type: ATTRIBUTE.int, i: value }
      ),
    })),
    input: Object.entries(inputs).map(([name, rank]) => value(name, sides(name, rank))),
    output: [value("y", sides("y", rank))],
  });
}

/** `c = a · b` after the transpositions, or `c = keep old + share a · b`. */
export function productModel(
  transposeA: boolean,
  transposeB: boolean,
  mix: { keep: number; share: number } | undefined,
): Uint8Array {
  const flag = (name: string, i: boolean): object => ({ name, type: ATTRIBUTE.int, i: Number(i) });
  const number = (name: string, f: number): object => ({ name, type: ATTRIBUTE.float, f });
  return encode({
    node: [{
      opType: "Gemm",
      input: ["a", "b", ...mix ? ["old"] : []],
      output: ["c"],
      attribute: [
        flag("transA", transposeA),
        flag("transB", transposeB),
        ...mix ? [number("alpha", mix.share), number("beta", mix.keep)] : [],
      ],
    }],
    input: [
      value("a", transposeA ? ["k", "m"] : ["m", "k"]),
      value("b", transposeB ? ["n", "k"] : ["k", "n"]),
      ...mix ? [value("old", ["m", "n"])] : [],
    ],
    output: [value("c", ["m", "n"])],
  });
}

function sides(name: string, rank: number): string[] {
  return Array.from({ length: rank }, (_, i) => `${name}_${i}`);
}

function value(name: string, sides: readonly string[]): object {
  const dim = sides.map((dimParam) => ({ dimParam }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}

function encode(graph: object): Uint8Array {
  const { onnx } = proto;
  return onnx.ModelProto.encode(onnx.ModelProto.fromObject({
    irVersion: IR_VERSION,
    opsetImport: [{ domain: "", version: OPSET }],
    graph: { name: "graph", ...graph },
  })).finish();
}

// An ONNX graph, operation by operation.

import proto from "onnx-proto";

// Numbers of the ONNX format.
/** Types of elements. */
export const TYPES = { float: 1, uint8: 2, int32: 6, int64: 7 } as const;
const ATTRIBUTES = { int: 2, ints: 7 } as const;

// For each operator the first opset that has it as it is written here: arithmetic that broadcasts, Slice and Unsqueeze that
// take all they need as inputs, and reductions that take their axes as one.
const SINCE = {
  Add: 7,
  ArgMax: 1,
  AveragePool: 7,
  Cast: 6,
  Concat: 4,
  Conv: 1,
  Div: 7,
  Flatten: 1,
  MatMul: 1,
  MaxPool: 1,
  Mul: 7,
  ReduceMax: 18,
  ReduceMean: 18,
  ReduceSum: 13,
  ReduceSumSquare: 18,
  Relu: 6,
  Reshape: 5,
  Slice: 10,
  Sqrt: 6,
  Sub: 7,
  Sum: 8,
  Unsqueeze: 13,
} as const;
/** An operator. */
export type Operator = keyof typeof SINCE;

// The version of the format that came with an opset: whoever reads the one reads the other.
const IR_VERSIONS = [[21, 10], [19, 9], [15, 8], [12, 7], [1, 6]] as const;

/** A graph as it grows: every operation returns the name of its result. */
export class Graph {
  /** Its operations. */
  readonly nodes: { opType: Operator }[] = [];
  /** Its constants. */
  readonly initializers: object[] = [];
  #count = 0;

  /** Adds an operation; attributes are whole numbers, or lists of them. */
  add(
    opType: Operator,
    input: string[],
    attributes: Record<string, number | number[]> = {},
    as?: string,
  ): string {
    const output = as ?? `${opType.toLowerCase()}_${++this.#count}`;
    const attribute = Object.entries(attributes).map(([name, value]) =>
      Array.isArray(value)
        ? { name, type: ATTRIBUTES.ints, ints: value }
        : { name, type: ATTRIBUTES.int, i: value }
    );
    this.nodes.push({ opType, input, output: [output], attribute } as { opType: Operator });
    return output;
  }

  /** The lowest opset that has all of its operators. */
  get opset(): number {
    return Math.max(...this.nodes.map(({ opType }) => SINCE[opType]));
  }

  /** A constant of `f32`; a number is one of shape `[1]`. */
  floats(values: Float32Array | number, dims: number[] = [1], name?: string): string {
    const data = typeof values === "number" ? Float32Array.of(values) : values;
    return this.#constant(data, dims, TYPES.float, name);
  }

  /** A constant of `i32`. */
  words(values: number[], dims: number[]): string {
    return this.#constant(Int32Array.from(values), dims, TYPES.int32);
  }

  /** A constant of `i64`. */
  integers(...values: number[]): string {
    return this.#constant(
      BigInt64Array.from(values, BigInt),
      [values.length],
      TYPES.int64,
    );
  }

  #constant(
    data: Float32Array | Int32Array | BigInt64Array,
    dims: number[],
    dataType: number,
    name = `constant_${++this.#count}`,
  ): string {
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.initializers.push({ name, dims, dataType, rawData });
    return name;
  }

  /** The model of it, encoded: images `[n, ...shape]` in; goodness, logits where there are any, and labels out. */
  encode(
    { shape, classes, logits }: { shape: number[]; classes: number; logits: boolean },
    metadata: Readonly<Record<string, string>>,
  ): Uint8Array {
    const { onnx } = proto;
    const value = (name: string, elemType: number, ...dims: (string | number)[]): object => ({
      name,
      type: {
        tensorType: {
          elemType,
          shape: {
            dim: dims.map((d) => typeof d === "string" ? { dimParam: d } : { dimValue: d }),
          },
        },
      },
    });
    return onnx.ModelProto.encode(onnx.ModelProto.fromObject({
      irVersion: IR_VERSIONS.find(([since]) => this.opset >= since)![1],
      producerName: "forward-forward",
      opsetImport: [{ domain: "", version: this.opset }],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name: "prediction",
        node: this.nodes,
        initializer: this.initializers,
        input: [value("images", TYPES.uint8, "n", ...shape)],
        output: [
          value("goodness", TYPES.float, "n", classes),
          ...logits ? [value("logits", TYPES.float, "n", classes)] : [],
          value("label", TYPES.int64, "n"),
        ],
      },
    })).finish();
  }
}

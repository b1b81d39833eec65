// A network's whole prediction as one ONNX model: images in; the goodness of each label, and the label, out.

import { layerKinds, planLayers } from "@forward-forward/core/layers";
import { UsageError } from "../shared/errors.ts";
import { inputsOf, layerWidths } from "@forward-forward/core/training";
import type { NetworkState, Recipe } from "@forward-forward/core";
import {
  channelsOf,
  type ImageSize,
  inputColumns,
  type InputScale,
} from "@forward-forward/core/data";
import proto from "onnx-proto";

// Numbers of the ONNX format.
const TYPES = { float: 1, uint8: 2, int32: 6, int64: 7 } as const;
const ATTRIBUTES = { int: 2 } as const;

// For each operator the first opset that has it as it is written here: arithmetic that broadcasts, Slice and Unsqueeze that
// take all they need as inputs, and reductions that take their axes as one.
const SINCE = {
  Add: 7,
  ArgMax: 1,
  Cast: 6,
  Div: 7,
  Flatten: 1,
  MatMul: 1,
  Mul: 7,
  ReduceMax: 18,
  ReduceSumSquare: 18,
  Relu: 6,
  Slice: 10,
  Sqrt: 6,
  Sum: 8,
  Unsqueeze: 13,
} as const;
type Operator = keyof typeof SINCE;

// The version of the format that came with an opset: whoever reads the one reads the other.
const IR_VERSIONS = [[21, 10], [19, 9], [15, 8], [12, 7], [1, 6]] as const;

// A graph as it grows: every operation returns the name of its result.
class Graph {
  readonly nodes: { opType: Operator }[] = [];
  readonly initializers: object[] = [];
  #count = 0;

  /** Adds an operation; attributes are whole numbers. */
  add(
    opType: Operator,
    input: string[],
    attributes: Record<string, number> = {},
    as?: string,
  ): string {
    const output = as ?? `${opType.toLowerCase()}_${++this.#count}`;
    const attribute = Object.entries(attributes).map(([name, i]) => ({
      name,
      type: ATTRIBUTES.int,
      i,
    }));
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
}

/**
 * The model, encoded. Its input is `images`, `uint8` `[n, pixels]`, or `[n, channels, rows, columns]` where they have several. Its outputs are `goodness` `f32` `[n, classes]`, summed over
 * the layers that predict; `logits` `f32` `[n, classes]` where there is a readout; and `label` `int64` `[n]`, by
 * the recipe's own way of predicting.
 *
 * @param state What `FFNetwork.state` gives.
 * @param image The size of its images.
 * @param metadata Texts to keep in the model.
 */
export function onnxModel(
  recipe: Recipe,
  state: NetworkState,
  image: ImageSize,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const g = new Graph();
  const { classes, label, predict, readout } = recipe;
  const { to, epsilon } = recipe.normalise;
  const planned = planLayers(recipe, layerKinds);
  const other = planned.findIndex(({ options }) => options.kind !== "dense");
  if (other >= 0) {
    throw new UsageError(
      `layer ${other + 1} is of kind "${
        planned[other]!.options.kind
      }", which ONNX models are not made of yet: ` +
        "use dense layers to export",
    );
  }
  const [width, ...units] = layerWidths(recipe) as [number, ...number[]];
  const { pixels } = inputColumns(recipe);
  const add = (a: string, b: string): string => g.add("Add", [a, b]);
  const mul = (a: string, b: string): string => g.add("Mul", [a, b]);
  const relu = (x: string): string => g.add("Relu", [x]);
  const squaresOf = (x: string, axis: number, keepdims: 0 | 1): string =>
    g.add("ReduceSumSquare", [x, g.integers(axis)], { keepdims });
  // The length, or root mean square, of rows with these sums of squares.
  const norm = (squares: string, columns: number): string => {
    const mean = to === "rms" ? mul(squares, g.floats(1 / columns)) : squares;
    return add(g.add("Sqrt", [mean]), g.floats(epsilon));
  };
  const normalise = (x: string, columns: number, axis: number): string =>
    g.add("Div", [x, norm(squaresOf(x, axis, 1), columns)]);

  // Images, and what the label's pixels are worth beside them.
  const { ground, label: strengthened } = inputsOf(state);
  const { levels, step } = aroundGround(g, image, ground);
  const scale = strengthened / step;
  const all = mul(levels, g.floats(1 / 255));
  const shown = pixels === width ? all : g.add("Slice", [
    all,
    g.integers(width - pixels),
    g.integers(width),
    g.integers(1),
  ]);
  const squares = squaresOf(shown, 1, 1);
  const shows = label.placement !== "none";
  const strength = !shows
    ? g.floats(0, [1, 1])
    : label.strength === "max"
    ? g.add("ReduceMax", [all, g.integers(1)], { keepdims: 1 })
    : g.floats(label.strength * scale, [1, 1]);
  const neutralValue = label.neutral * scale;
  const columns = pixels + (shows ? classes : 0);
  const length = norm(add(squares, mul(strength, strength)), columns);
  const neutralLength = norm(
    add(squares, g.floats(shows ? classes * neutralValue ** 2 : 0)),
    columns,
  );

  const weights = units.map((n, l) => {
    const { data } = state[`layers.${l}.weight`]!;
    const rows = l === 0 && shows ? classes : 0;
    const inputs = l === 0 ? pixels : units[l - 1]!;
    return {
      labels: data.subarray(0, rows * n),
      weight: g.floats(data.subarray(rows * n), [inputs, n], `layers.${l}.weight`),
      bias: g.floats(state[`layers.${l}.bias`]!.data, [n], `layers.${l}.bias`),
    };
  });
  const [first] = weights as [typeof weights[number]];
  const product = g.add("MatMul", [g.add("Div", [shown, length]), first.weight]);

  // Every label at once: [n, classes, units]. Labels that are never shown change nothing.
  const labelWeights = shows ? first.labels : new Float32Array(classes * units[0]!);
  const labels = g.floats(labelWeights, [1, classes, units[0]!], "layers.0.labels");
  const share = g.add("Unsqueeze", [g.add("Div", [strength, length]), g.integers(2)]);
  const shared = g.add("Unsqueeze", [product, g.integers(1)]);
  let activity = relu(add(add(shared, mul(share, labels)), first.bias));
  const from = predict.by === "goodness" ? predict.from : readout?.from ?? 0;
  const found: string[] = [];
  units.forEach((n, l) => {
    if (l > 0) {
      const { weight, bias } = weights[l]!;
      const input = normalise(activity, units[l - 1]!, 2);
      activity = relu(add(g.add("MatMul", [input, weight]), bias));
    }
    if (l < from) return;
    const sign = recipe.excitedBy === "positive" ? 1 : -1;
    const scale = planned[l]!.settings.goodness === "mean" ? 1 / n : 1;
    found.push(mul(squaresOf(activity, 2, 0), g.floats(sign * scale)));
  });
  g.add("Sum", found, {}, "goodness");

  // One pass under the neutral label, for the readout.
  if (readout) {
    const n = units[0]!;
    const sums = Float32Array.from({ length: n }, (_, j) => {
      let sum = 0;
      for (let c = 0; c < classes; c++) sum += labelWeights[c * n + j]!;
      return sum;
    });
    const neutral = g.add("Div", [g.floats(neutralValue, [1, 1]), neutralLength]);
    const pixelShare = mul(product, g.add("Div", [length, neutralLength]));
    let state_ = relu(add(add(pixelShare, mul(neutral, g.floats(sums, [1, n]))), first.bias));
    const parts: string[] = [];
    let row = 0;
    const { data } = state["readout.weight"]!;
    units.forEach((n, l) => {
      if (l > 0) {
        const { weight, bias } = weights[l]!;
        state_ = relu(add(g.add("MatMul", [state_, weight]), bias));
      }
      state_ = normalise(state_, n, 1);
      if (l < readout.from) return;
      const part = data.subarray(row * classes, (row + n) * classes);
      row += n;
      parts.push(g.add("MatMul", [state_, g.floats(part, [n, classes])]));
    });
    const bias = g.floats(state["readout.bias"]!.data, [classes], "readout.bias");
    g.add("Sum", [...parts, bias], {}, "logits");
  }
  const by = predict.by === "softmax" ? "logits" : "goodness";
  g.add("ArgMax", [by], { axis: 1, keepdims: 0 }, "label");

  const { onnx } = proto;
  const channels = channelsOf(image);
  const shape = channels > 1 ? [channels, image.rows, image.columns] : [width];
  const value = (name: string, elemType: number, ...dims: (string | number)[]): object => ({
    name,
    type: {
      tensorType: {
        elemType,
        shape: { dim: dims.map((d) => typeof d === "string" ? { dimParam: d } : { dimValue: d }) },
      },
    },
  });
  return onnx.ModelProto.encode(onnx.ModelProto.fromObject({
    irVersion: IR_VERSIONS.find(([since]) => g.opset >= since)![1],
    producerName: "forward-forward",
    opsetImport: [{ domain: "", version: g.opset }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: "prediction",
      node: g.nodes,
      initializer: g.initializers,
      input: [value("images", TYPES.uint8, "n", ...shape)],
      output: [
        value("goodness", TYPES.float, "n", classes),
        ...readout ? [value("logits", TYPES.float, "n", classes)] : [],
        value("label", TYPES.int64, "n"),
      ],
    },
  })).finish();
}

// Bytes of images, `[n, pixels]`, as the distance to their ground, and how many levels one of it is worth: as
// `aroundGround()` of the core has them.
function aroundGround(
  g: Graph,
  image: ImageSize,
  ground: InputScale["ground"],
): { levels: string; step: number } {
  const flat = (x: string): string => channelsOf(image) > 1 ? g.add("Flatten", [x]) : x;
  if (typeof ground === "number") {
    const levels = flat(g.add("Cast", ["images"], { to: TYPES.float }));
    return { levels: ground === 0 ? levels : g.add("Add", [levels, g.floats(-ground)]), step: 1 };
  }
  // Whole numbers are divided towards zero.
  const whole = g.add("Cast", ["images"], { to: TYPES.int32 });
  const grounds = g.words(ground.map((level) => -level), [1, ground.length, 1, 1]);
  const halves = g.add("Div", [g.add("Add", [whole, grounds]), g.words([2], [1])]);
  return { levels: flat(g.add("Cast", [halves], { to: TYPES.float })), step: 2 };
}

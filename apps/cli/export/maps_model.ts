// The prediction of a network of maps as an ONNX model: layers that see no labels, in one pass.

import type { NetworkState, Recipe } from "@forward-forward/core";
import { summedLayers } from "@forward-forward/core/scoring";
import type { ImageSize } from "@forward-forward/core/data";
import {
  type ConvolutionSettings,
  layerKinds,
  planLayers,
  type PlannedLayer,
  poolingOf,
  windowsOf,
} from "@forward-forward/core/layers";
import { type ProjectedOptions, ruleKinds } from "@forward-forward/core/rules";
import {
  convolved,
  type MapShape,
  pooled,
  type Pooling,
  vector,
  volume,
} from "@forward-forward/core/tensor";
import { inputsOf } from "@forward-forward/core/training";
import { UsageError } from "../shared/errors.ts";
import { Graph } from "./graph.ts";
import { aroundGround, imageShape } from "./image_input.ts";

const EPSILON = 1e-5;

// What a layer makes: activities `[n, groups, columns]` that are judged, and the map that the next one is given.
interface Made {
  judged: string;
  groups: number;
  columns: number;
  shape: MapShape;
  handedOn: string;
}

/** The model, encoded: see `onnxModel`. */
export function mapsModel(
  recipe: Recipe,
  state: NetworkState,
  size: ImageSize,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const g = new Graph();
  const { classes, predict, readout, normalise } = recipe;
  const planned = planLayers(recipe, layerKinds);
  const mul = (a: string, b: string): string => g.add("Mul", [a, b]);
  const add = (a: string, b: string): string => g.add("Add", [a, b]);
  const reshape = (x: string, ...sides: number[]): string =>
    g.add("Reshape", [x, g.integers(-1, ...sides)]);
  const relu = (x: string): string => g.add("Relu", [x]);
  // The mean along some axes, which stay.
  const mean = (x: string, ...axes: number[]): string =>
    g.add("ReduceMean", [x, g.integers(...axes)], { keepdims: 1 });
  const standardise = (x: string, ...axes: number[]): string => {
    const centred = g.add("Sub", [x, mean(x, ...axes)]);
    const variance = mean(mul(centred, centred), ...axes);
    return g.add("Div", [centred, g.add("Sqrt", [add(variance, g.floats(EPSILON))])]);
  };
  // Rows divided by their length or root mean square.
  const scaleRows = (x: string, columns: number): string => {
    const squares = g.add("ReduceSumSquare", [x, g.integers(1)], { keepdims: 1 });
    const share = normalise.to === "rms" ? mul(squares, g.floats(1 / columns)) : squares;
    return g.add("Div", [x, add(g.add("Sqrt", [share]), g.floats(normalise.epsilon))]);
  };
  const pool = (x: string, p: Pooling | null): string =>
    p
      ? g.add(p.by === "max" ? "MaxPool" : "AveragePool", [x], {
        kernel_shape: [p.size, p.size],
        strides: [p.stride, p.stride],
      })
      : x;
  const sides = ({ channels, rows, columns }: MapShape): number[] => [channels, rows, columns];

  const convolution = (x: string, l: number, layer: PlannedLayer): Made => {
    const { map, settings: { loss } } = layer;
    const settings = layer.options as unknown as ConvolutionSettings;
    const c = windowsOf(settings, map);
    const made = convolved(c);
    const p = poolingOf(settings, made);
    const groups = ruleKinds[loss.kind]!.byLabels === "groups" ? classes : 1;
    const { data } = state[`layers.${l}.weight`]!;
    const kernel = [c.channels, map.channels / c.groups, c.size, c.size];
    const { norm = "rows" } = settings;
    const image = reshape(x, ...sides(map));
    const seen = norm === "groups" ? standardise(image, 1, 2, 3) : image;
    const y = relu(g.add("Conv", [seen, g.floats(data, kernel, `layers.${l}.weight`)], {
      kernel_shape: [c.size, c.size],
      strides: [c.stride, c.stride],
      pads: [c.padding, c.padding, c.padding, c.padding],
      group: c.groups,
    }));
    const grouped = (of: string, shape: MapShape): Omit<Made, "handedOn"> => {
      const columns = volume(shape) / groups;
      return { judged: reshape(of, groups, columns), groups, columns, shape };
    };
    if (norm === "batch") {
      const [average, variance] = ["mean", "variance"]
        .map((name) => state[`layers.${l}.running_${name}`]!.data) as [Float32Array, Float32Array];
      const each = (of: Float32Array): string => g.floats(of, [1, of.length, 1, 1]);
      const inverse = variance.map((v) => 1 / Math.sqrt(v + EPSILON));
      const z = mul(g.add("Sub", [pool(y, p), each(average)]), each(inverse));
      return { ...grouped(z, p ? pooled(p) : made), handedOn: reshape(z, layer.units) };
    }
    const found = grouped(y, made);
    const handedOn = norm === "groups"
      ? reshape(pool(reshape(standardise(found.judged, 2), ...sides(made)), p), layer.units)
      : scaleRows(reshape(pool(y, p), layer.units), layer.units);
    return { ...found, handedOn };
  };
  const dense = (x: string, l: number, { inputs, units }: PlannedLayer): Made => {
    const weight = g.floats(state[`layers.${l}.weight`]!.data, [inputs, units]);
    const bias = g.floats(state[`layers.${l}.bias`]!.data, [units]);
    const y = relu(add(g.add("MatMul", [x, weight]), bias));
    return {
      judged: reshape(y, 1, units),
      groups: 1,
      columns: units,
      shape: vector(units),
      handedOn: scaleRows(y, units),
    };
  };
  const makers: Record<string, typeof dense> = { convolution, dense, local: dense };

  // What a layer hands on, with what its shortcut takes of what it and those before were given.
  const joined = (
    { handedOn }: Made,
    { shortcut, handsOn }: PlannedLayer,
    given: string[],
  ): string => {
    if (!shortcut) return handedOn;
    const { by, from, own, pooling } = shortcut;
    const [mine, theirs] = [
      reshape(handedOn, ...sides(own)),
      pool(reshape(given[from]!, ...sides(planned[from]!.map)), pooling),
    ];
    const both = by === "add" ? add(mine, theirs) : g.add("Concat", [mine, theirs], { axis: 1 });
    return reshape(both, handsOn);
  };

  const { levels } = aroundGround(g, size, inputsOf(state).ground);
  const width = planned[0]!.inputs;
  const pixels = mul(levels, g.floats(1 / 255));
  const given = [scaleRows(pixels, width)];
  const found: string[] = [];
  const logits: string[] = [];
  const { from, to } = summedLayers(recipe, planned.length);
  let row = 0;
  planned.forEach((layer, l) => {
    const { kind } = layer.options;
    const make = makers[kind];
    if (!make) {
      throw new UsageError(
        `layer ${l + 1} is of kind "${kind}", which ONNX models are not made of yet: ` +
          `use layers of kind ${Object.keys(makers).join(" or ")} to export`,
      );
    }
    const made = make(given[l]!, l, layer);
    const handedOn = joined(made, layer, given);
    given.push(handedOn);
    if (l >= from && l <= to) found.push(goodness(made, layer, l));
    if (readout && l >= readout.from) {
      const part = state["readout.weight"]!.data.subarray(row, row += layer.handsOn * classes);
      logits.push(g.add("MatMul", [handedOn, g.floats(part, [layer.handsOn, classes])]));
    }
  });
  g.add("Sum", found, {}, "goodness");
  if (readout) {
    const bias = g.floats(state["readout.bias"]!.data, [classes], "readout.bias");
    g.add("Sum", [...logits, bias], {}, "logits");
  }
  const by = predict.by === "softmax" ? "logits" : "goodness";
  g.add("ArgMax", [by], { axis: 1, keepdims: 0 }, "label");
  return g.encode({ shape: imageShape(size), classes, logits: readout !== null }, metadata);

  // How much activities speak for each label, `[n, classes]`: the same for all of them where there is one group.
  function goodness(
    { judged, groups, columns, shape }: Made,
    { settings: { loss, goodness } }: PlannedLayer,
    l: number,
  ): string {
    if (loss.kind === "projected") {
      const { patch } = loss as ProjectedOptions;
      const image = reshape(mul(judged, judged), ...sides(shape));
      const p: Pooling = { input: shape, by: "average", size: patch, stride: patch, padding: 0 };
      const patches = volume(pooled(p));
      const of = reshape(pool(image, p), patches);
      const scaled = goodness === "mean" ? of : mul(of, g.floats(patch ** 2));
      const [projection, offset] = ["projection", "offset"].map((name) => {
        const { shape, data } = state[`layers.${l}.${name}`]!;
        return g.floats(data, [...shape], `layers.${l}.${name}`);
      }) as [string, string];
      return add(g.add("MatMul", [scaled, projection]), offset);
    }
    const plain = loss.kind === "competing" && "of" in loss && loss.of === "activities";
    const operator = plain ? "ReduceSum" : "ReduceSumSquare";
    const sums = g.add(operator, [judged, g.integers(2)], { keepdims: 0 });
    const sign = groups > 1 || recipe.excitedBy === "positive" ? 1 : -1;
    const scale = sign * (goodness === "mean" ? 1 / columns : 1);
    return groups > 1
      ? mul(sums, g.floats(scale))
      : mul(sums, g.floats(new Float32Array(classes).fill(scale), [1, classes]));
  }
}

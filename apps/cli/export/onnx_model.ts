// A network's whole prediction as one ONNX model: images in; the goodness of each label, and the label, out.

import { layerKinds, planLayers } from "@forward-forward/core/layers";
import { summedLayers } from "@forward-forward/core/scoring";
import { denseState, inputsOf, layerWidths, scheduleKinds } from "@forward-forward/core/training";
import { UsageError } from "../shared/errors.ts";
import type { NetworkState, Recipe } from "@forward-forward/core";
import { type ImageSize, inputColumns } from "@forward-forward/core/data";
import { Graph } from "./graph.ts";
import { aroundGround, imageShape } from "./image_input.ts";
import { mapsModel } from "./maps_model.ts";

/**
 * The model, encoded. Its input is `images`, `uint8` `[n, pixels]`, or `[n, channels, rows, columns]` where they have several
 * channels. Its outputs are `goodness` `f32` `[n, classes]`, summed over the layers that predict; `logits` `f32` `[n, classes]`
 * where there is a readout; and `label` `int64` `[n]`, by the recipe's own way of predicting.
 *
 * @param saved What `FFNetwork.state` gives.
 * @param image The size of its images.
 * @param metadata Texts to keep in the model.
 */
export function onnxModel(
  recipe: Recipe,
  saved: NetworkState,
  image: ImageSize,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const g = new Graph();
  const { classes, label, predict, readout } = recipe;
  const { to, epsilon } = recipe.normalise;
  const planned = planLayers(recipe, layerKinds);
  // Local fields are dense layers of which most weights are zero.
  const state = denseState(recipe, saved);
  if (planned.some(({ options: { kind } }) => kind !== "dense" && kind !== "local")) {
    return mapsModel(recipe, state, image, metadata);
  }
  if (scheduleKinds[recipe.schedule.kind]!.forward) {
    throw new UsageError(
      "a recurrent network goes up and down for several steps, which ONNX models are not made of yet: " +
        "predict with ff predict, or export one whose label is shown with the image",
    );
  }
  if (planned.some(({ shortcut }) => shortcut?.pooling)) {
    throw new UsageError(
      "a shortcut between local fields of different sizes is not what ONNX models are made of yet: lead it between layers of one size",
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
    const inputs = l === 0 ? pixels : planned[l]!.inputs;
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
  // What a layer's next one is given, of what it hands on by itself and what it and those before were given.
  const joined = (l: number, own: string, given: string[], axis: number): string => {
    const { shortcut } = planned[l]!;
    if (!shortcut) return own;
    const both = [own, given[shortcut.from]!];
    return shortcut.by === "add" ? g.add("Add", both) : g.add("Concat", both, { axis });
  };
  const summed = summedLayers(recipe, units.length);
  const found: string[] = [];
  const given = ["images"];
  units.forEach((n, l) => {
    if (l > 0) {
      const { weight, bias } = weights[l]!;
      activity = relu(add(g.add("MatMul", [given[l]!, weight]), bias));
    }
    if (l < units.length - 1) given.push(joined(l, normalise(activity, n, 2), given, 2));
    if (l < summed.from || l > summed.to) return;
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
    const given = ["images"];
    planned.forEach(({ units: n, handsOn }, l) => {
      if (l > 0) {
        const { weight, bias } = weights[l]!;
        state_ = relu(add(g.add("MatMul", [given[l]!, weight]), bias));
      }
      given.push(joined(l, normalise(state_, n, 1), given, 1));
      if (l < readout.from) return;
      const part = data.subarray(row * classes, (row + handsOn) * classes);
      row += handsOn;
      parts.push(g.add("MatMul", [given[l + 1]!, g.floats(part, [handsOn, classes])]));
    });
    const bias = g.floats(state["readout.bias"]!.data, [classes], "readout.bias");
    g.add("Sum", [...parts, bias], {}, "logits");
  }
  const by = predict.by === "softmax" ? "logits" : "goodness";
  g.add("ArgMax", [by], { axis: 1, keepdims: 0 }, "label");

  return g.encode({ shape: imageShape(image), classes, logits: readout !== null }, metadata);
}

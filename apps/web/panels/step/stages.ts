// One update as a row of stages, each with a sentence made of its own numbers.

import type { LayerTrace, Pass, Trace } from "../../shared/tracing.ts";
import { count, figure } from "../../page/words.ts";

/** What a stage is about: the images, a pass through a layer, or a layer's change. */
export type Stage =
  | { kind: "images" }
  | { kind: "positive" | "negative" | "change"; layer: number };

/** The stages of an update of so many layers. */
export function stagesOf(layers: number): Stage[] {
  const each = (kind: "positive" | "negative" | "change"): Stage[] =>
    Array.from({ length: layers }, (_, layer) => ({ kind, layer }));
  return [{ kind: "images" }, ...each("positive"), ...each("negative"), ...each("change")];
}

/** What happens in a stage. */
export function sentenceOf(trace: Trace, stage: Stage): string {
  const { label, wrong, layers } = trace;
  if (stage.kind === "images") {
    return `The same image twice: its right label ${label} is written over its first ten pixels for the positive pass, and the ` +
      `wrong label ${wrong} for the negative one.`;
  }
  const layer = layers[stage.layer]!;
  const name = `Layer ${stage.layer + 1}`;
  if (stage.kind === "change") {
    const { before, after } = layer.change;
    return `${name} changes its own weights, so that its goodness rises under ${label} and falls under ${wrong}. The one that ` +
      `changes most, from ${sourceOf(layer, stage.layer)} to unit ${
        layer.change.unit + 1
      }, goes from ${weight(before)} to ` +
      `${weight(after)}. No other layer is asked, and none is told.`;
  }
  const pass = layer[stage.kind];
  const how = stage.layer === 0
    ? "sees the image with its label"
    : `sees what layer ${stage.layer} hands on, scaled to one length, so that its goodness does not come through`;
  const fired = pass.activity.filter((s) => s > 0).length;
  const above = pass.goodness - layer.threshold;
  return `${name} ${how}. ${count(fired)} of its ${count(pass.activity.length)} units fire; the ${
    trace.mean ? "mean" : "sum"
  } of their squares is ${figure(pass.goodness)}, ${figure(Math.abs(above))} ${
    above < 0 ? "below" : "above"
  } the threshold of ${figure(layer.threshold)}: a probability of ${
    probability(pass)
  } that this is positive data.`;
}

/** What a layer's most changed weight comes from. */
export function sourceOf({ change: { input } }: LayerTrace, layer: number): string {
  if (layer > 0) return `unit ${input + 1} of layer ${layer}`;
  if (input < 10) return `the label's pixel ${input}`;
  return `the pixel in row ${Math.floor(input / 28) + 1}, column ${input % 28 + 1}`;
}

/** A probability with three decimals. */
export function probability({ probability }: Pass): string {
  return probability.toFixed(3);
}

/** A weight with five decimals. */
export function weight(value: number): string {
  return value.toFixed(5).replace("-", "−");
}

// One update of a copy of the network, read while it happens: by the same code and on the same backend as training.

import { type Dataset, FFNetwork, takeDataset } from "@forward-forward/core";
import { images as imageKind } from "@forward-forward/core/data";
import { predictLabels } from "@forward-forward/core/scoring";
import type { NetworkState, Scores } from "@forward-forward/core";
import type { Tensor } from "@forward-forward/core/tensor";
import type { LayerTrace, Pass, Trace, TraceWish, WeightChange } from "../shared/tracing.ts";

/** A network that is and goes on as another one does. */
export async function copyOf(network: FFNetwork): Promise<FFNetwork> {
  const { backend, recipe, seed } = network;
  const copy = new FFNetwork(backend, recipe, { seed });
  copy.restore(await network.checkpoint());
  return copy;
}

/** Makes the update that is wished for on a copy, and says what happened in each layer. */
export async function trace(
  network: FFNetwork,
  heldOut: Dataset,
  { image, wrong: wished }: TraceWish,
  update: number,
): Promise<Trace> {
  const data = typeof image === "number"
    ? takeDataset(heldOut, image % heldOut.count, image % heldOut.count + 1)
    : { ...heldOut, images: image.pixels, labels: Uint8Array.of(image.label), count: 1 };
  const label = data.labels[0]!;
  const wrong = wished !== null && wished !== label
    ? wished
    : mostBelieved(await network.score(data), label);
  using copy = await copyOf(network);
  const positive = await passes(copy, data, label);
  const negative = await passes(copy, data, wrong);
  const before = await copy.state();
  await copy.trainBatch(data, [wrong]);
  const after = await copy.state();
  const layers = copy.layers.map(({ threshold }, l): LayerTrace => ({
    threshold,
    positive: positive[l]!,
    negative: negative[l]!,
    change: largestChange(before, after, `layers.${l}.weight`),
  }));
  const mean = network.recipe.goodness === "mean";
  return { pixels: data.images.slice(), label, wrong, update, mean, layers };
}

// What each layer makes of an image under a label.
async function passes(network: FFNetwork, data: Dataset, label: number): Promise<Pass[]> {
  const { backend: b, layers, forward, recipe } = network;
  using source = await imageKind.open(b, recipe, data, { scale: network.inputs });
  const tensors = b.scope(() => {
    const encoded = source.encode(b.upload(Int32Array.of(0), [1, 1]));
    const product = forward.sharedProduct(encoded);
    const shown = b.oneHot(b.upload(Int32Array.of(label), [1, 1]), recipe.classes);
    const given: Tensor[] = [b.mul(shown, encoded.strength)];
    return layers.flatMap((layer, l) => {
      const activity = layer.activity(given[l]!, l === 0 ? product : null);
      given.push(forward.next(l, activity, given));
      return [activity.s, layer.evidence(activity)];
    });
  });
  const read = await b.read(tensors) as Float32Array[];
  for (const tensor of tensors) tensor.dispose();
  return layers.map(({ threshold }, l) => {
    const goodness = read[2 * l + 1]![0]!;
    const probability = 1 / (1 + Math.exp(threshold - goodness));
    return { activity: read[2 * l]!, goodness, probability };
  });
}

function largestChange(before: NetworkState, after: NetworkState, name: string): WeightChange {
  const { shape: [, units], data: from } = before[name]!;
  const to = after[name]!.data;
  let at = 0;
  for (let i = 0; i < to.length; i++) {
    if (Math.abs(to[i]! - from[i]!) > Math.abs(to[at]! - from[at]!)) at = i;
  }
  return { input: Math.floor(at / units), unit: at % units, before: from[at]!, after: to[at]! };
}

// The wrong label that the network would rather say than any other.
function mostBelieved(scores: Scores, label: number): number {
  const without = (values: Float32Array): Float32Array =>
    values.map((value, i) => i === label ? -Infinity : value);
  const { goodness, logits } = scores;
  const masked = { ...scores, goodness: goodness.map(without), logits: logits && without(logits) };
  return predictLabels(masked, logits ? { by: "softmax" } : { by: "goodness", from: 0 })[0]!;
}

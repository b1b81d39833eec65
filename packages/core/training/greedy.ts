// The greedy schedule: layer by layer, a block of updates on what the layers before have become.

import type { Part } from "../data/batches.ts";
import type { Source } from "../data/source.ts";
import type { Layer } from "../layers/layer.ts";
import { whole } from "../schema/schema.ts";
import type { Forward } from "../scoring/forward.ts";
import type { Tensor } from "../tensor/backend.ts";
import type { Contrasts } from "../tensor/fused_operations.ts";
import { contrastLabels, type LearningOptions, nextInputs } from "./contrasts.ts";
import type { ScheduleKind, Turn } from "./schedule.ts";
import { pairsOf, update } from "./update.ts";

/** Selects the greedy schedule: layer by layer, a block of updates each. */
export interface GreedyOptions {
  /** Selects it. */
  kind: "greedy";
  /** Updates of a layer on a batch. */
  updatesPerLayer: number;
}

/** On every batch layer 1 takes a block of updates, then layer 2 on layer 1's new output, and so on. */
export const greedy: ScheduleKind<GreedyOptions> = {
  options: { updatesPerLayer: whole(1) },
  trainsReadout: false,
  updatesPerBatch: ({ updatesPerLayer }, layers) => updatesPerLayer * layers,
  create: ({ updatesPerLayer }, forward, recipe) => ({
    train: (source, parts, turn) => learn(forward, recipe, updatesPerLayer, source, parts, turn),
  }),
};

async function learn(
  forward: Forward,
  recipe: LearningOptions,
  updates: number,
  source: Source,
  parts: readonly Part[],
  { gain, updated, done = 0 }: Turn,
): Promise<void> {
  const { backend: b, layers } = forward.stack;
  const pairs = pairsOf(parts);
  const [first, last] = [layers[0]!, layers.at(-1)!];
  const order = first.learnWhole ? source.pixels ?? null : null;
  const product = (layer: Layer, shared: Tensor | null): Tensor | null =>
    shared && layer.sharedProduct!(shared, order && order.inOrder);
  // What the layer at hand sees of each part, which stays the same for all of its updates.
  let seen = b.scope(() =>
    parts.map((part) => b.scope(() => contrasts(forward, recipe, source, part, order !== null)))
  );
  try {
    for (const [l, layer] of layers.entries()) {
      // What was done before changed only the layers; what they make of the batch is computed again.
      for (let i = Math.min(done, updates); i < updates; i++) {
        if (layer.learnWhole) {
          b.scope(() => layer.apply(layer.learnWhole!(seen, pairs, order), pairs, gain));
        } else {
          update(b, parts, gain, (part, pairs, found) => {
            const { inputs, shared } = seen[parts.indexOf(part)]!;
            const both = shared && { images: shared, product: product(layer, shared)! };
            found(layer, layer.learn(inputs, both, pairs).gradients);
          });
        }
        await updated();
      }
      if (layer === last) break;
      done = Math.max(0, done - updates);
      parts.forEach((part, p) => {
        const { inputs, shared } = seen[p]!;
        const next = b.scope(() =>
          nextInputs(forward, l, layer.activity(inputs, product(layer, shared)), [], part, recipe)
        );
        for (const tensor of [inputs, shared]) tensor?.dispose();
        seen[p] = { inputs: next, shared: null };
      });
      seen = [...seen]; // Other contents are another list; see `localGradients`.
    }
  } finally {
    for (const { inputs, shared } of seen) {
      for (const tensor of [inputs, shared]) tensor?.dispose();
    }
  }
}

// What the first layer sees of a part.
function contrasts(
  { stack: { backend: b } }: Forward,
  recipe: LearningOptions,
  source: Source,
  { indices, warps, wrong, pixels }: Part,
  inOrder: boolean,
): Contrasts {
  const encoded = source.encode(indices, warps, inOrder ? pixels : null);
  const right = b.oneHot(b.gather(source.labels, indices), recipe.classes);
  const labels = { right, wrong: b.oneHot(wrong!, recipe.classes) };
  return { inputs: contrastLabels(b, encoded, labels, recipe), shared: encoded.pixels };
}

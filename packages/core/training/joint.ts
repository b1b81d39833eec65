// The joint schedule: every layer, and the readout, takes one update on every batch.

import type { Part } from "../data/batches.ts";
import { hardNegatives } from "../data/hard_negatives.ts";
import type { Source } from "../data/source.ts";
import type { SharedInput } from "../layers/layer.ts";
import type { Forward } from "../scoring/forward.ts";
import type { Tensor } from "../tensor/backend.ts";
import { contrastLabels, type LearningOptions, nextInputs } from "./contrasts.ts";
import { contrastWritten } from "./rollout.ts";
import type { ScheduleKind, Turn } from "./schedule.ts";
import { update } from "./update.ts";

/** Selects the joint schedule: every layer takes one update on every batch. */
export interface JointOptions {
  /** Selects it. */
  kind: "joint";
}

/** Every layer takes one update on every batch, and so does the readout; that one alone where the layers rest. */
export const joint: ScheduleKind<JointOptions> = {
  options: {},
  trainsReadout: true,
  trainsByLabels: true,
  updatesPerBatch: () => 1,
  create: (_, forward, recipe) => ({
    train: async (source, parts, turn) => {
      const masks = new Map<Part, Tensor>();
      try {
        for (const part of turn.layersRest ? [] : parts) {
          const drawn = await source.masks?.(part.indices.shape[0], part.seed, turn.signal);
          if (drawn) masks.set(part, drawn);
        }
        learn(forward, recipe, source, parts, masks, turn);
      } finally {
        for (const tensor of masks.values()) tensor.dispose();
      }
      await turn.updated();
    },
  }),
};

function learn(
  forward: Forward,
  recipe: LearningOptions,
  source: Source,
  parts: readonly Part[],
  masks: ReadonlyMap<Part, Tensor>,
  { gain, layersRest, learning }: Turn,
): void {
  const { backend: b, layers, readout } = forward.stack;
  const byLabels = recipe.negatives === "none";
  const learns = (l: number): boolean => learning?.[l] ?? true;
  const last = layers.findLastIndex((_, l) => learns(l));
  update(b, parts, gain, (part, pairs, found) => {
    const encoded = source.encode(part.indices, part.warps);
    const right = b.oneHot(b.gather(source.labels, part.indices), recipe.classes);
    const product = forward.sharedProduct(encoded);
    const written = product && !layersRest && source.writing?.at(part.indices);
    let wrong = part.wrong && b.oneHot(part.wrong, recipe.classes);
    if (readout) {
      const states = forward.neutralPass(encoded, product);
      const logits = readout.logits(states);
      if (product && !written) {
        wrong ??= b.oneHot(hardNegatives(b, logits, right, part.noise!), recipe.classes);
      }
      found(readout, readout.gradients(states, logits, right, pairs));
      for (const state of states) state.dispose();
    }
    if (layersRest) return;
    const first = written
      ? contrastWritten(forward, { encoded, right, product: product! }, written, recipe)
      : product
      ? {
        inputs: contrastLabels(b, encoded, { right, wrong: wrong! }, recipe),
        shared: { images: encoded.pixels, product },
      }
      : {
        inputs: byLabels
          ? encoded.pixels
          : source.contrast!(part.indices, part.partners!, part.warps, masks.get(part)!),
        shared: null,
      };
    const given: Tensor[] = [first.inputs];
    let shared: SharedInput | null = first.shared;
    for (const [l, layer] of layers.slice(0, last + 1).entries()) {
      const inputs = given[l]!;
      const next = b.scope(() => {
        const { activity, gradients } = learns(l)
          ? layer.learn(inputs, shared, pairs, byLabels ? right : null)
          : { activity: layer.activity(inputs, shared && shared.product), gradients: null };
        return {
          gradients,
          inputs: l === last ? null : nextInputs(forward, l, activity, given, part, recipe),
        };
      });
      // The next layer's input was computed by the layer as it was: it may learn now.
      if (next.gradients) found(layer, next.gradients);
      for (const i of forward.spent(l)) given[i]!.dispose();
      if (next.inputs) given.push(next.inputs);
      shared = null;
    }
  });
}

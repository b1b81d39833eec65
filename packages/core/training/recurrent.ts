// The recurrent schedule: layers learn at every step of a recurrent pass.

import type { Part } from "../data/batches.ts";
import { hardNegatives } from "../data/hard_negatives.ts";
import type { Source } from "../data/source.ts";
import type { Gradients } from "../layers/learner.ts";
import { oneOf, partly, whole } from "../schema/schema.ts";
import { type Recurrence, RecurrentForward } from "../scoring/recurrent.ts";
import type { LearningOptions } from "./contrasts.ts";
import type { ScheduleKind, Turn } from "./schedule.ts";
import { addGradients, update } from "./update.ts";

/** Selects the recurrent schedule: each layer sees those below and above it one step before, and learns at every step. */
export interface RecurrentOptions extends Recurrence {
  /** Selects it. */
  kind: "recurrent";
  /** Whether all layers learn from the same steps (jointly), or each from steps in which those before have learned (greedily). */
  order: "at-once" | "in-turn";
}

/**
 * The image is held below the first layer, or its frames one after another, and the label above the last; after one pass from the bottom up all layers step at once, by the
 * states of one step before. What a layer learns from a batch is the mean of its steps.
 */
export const recurrent: ScheduleKind<RecurrentOptions> = {
  options: {
    steps: whole(1),
    keep: partly,
    from: whole(1),
    to: whole(1),
    order: oneOf("at-once", "in-turn"),
  },
  trainsReadout: true,
  updatesPerBatch: ({ order }, layers) => order === "at-once" ? 1 : layers,
  check: ({ steps, from, to }, { dropout, frames = 1 }) => {
    if (from > to || to > steps) {
      throw new RangeError(
        `a recurrent network predicts by steps from 1 to its last, ${steps}, got ${from} to ${to}`,
      );
    }
    if (frames > steps) {
      throw new RangeError(
        `a recurrent network is shown a frame at a step, and ${frames} frames need as many steps, got ${steps}`,
      );
    }
    if (dropout > 0) {
      throw new RangeError("a recurrent network has no dropout: make it 0");
    }
  },
  forward: (recurrence, stack, { label, frames = 1 }) => {
    const strength = label.strength === "max" ? 1 : label.strength;
    return new RecurrentForward(stack, recurrence, { strength, frames });
  },
  create: ({ order }, forward, recipe) => ({
    train: async (source, parts, turn) => {
      const all = forward.stack.layers.map((_, l) => l);
      const turns = order === "at-once" ? [all] : all.map((l) => [l]);
      for (let i = turn.done ?? 0; i < turns.length; i++) {
        learn(forward as RecurrentForward, recipe, source, parts, turn, turns[i]!);
        await turn.updated();
      }
    },
  }),
};

// An update of the layers whose turn it is and, together with the first, of the readout.
function learn(
  forward: RecurrentForward,
  recipe: LearningOptions,
  source: Source,
  parts: readonly Part[],
  { gain, layersRest }: Turn,
  learning: readonly number[],
): void {
  const { backend: b, layers, readout } = forward.stack;
  const { steps } = forward.recurrence;
  update(b, parts, gain, (part, pairs, found) => {
    const encoded = source.encode(part.indices, part.warps);
    const right = b.oneHot(b.gather(source.labels, part.indices), recipe.classes);
    const product = forward.sharedProduct(encoded)!;
    let wrong = part.wrong && b.oneHot(part.wrong, recipe.classes);
    if (readout && (learning.includes(0) || !wrong)) {
      const states = forward.neutralPass(encoded, product);
      const logits = readout.logits(states);
      wrong ??= b.oneHot(hardNegatives(b, logits, right, part.noise!), recipe.classes);
      if (learning.includes(0)) {
        found(readout, readout.gradients(states, logits, right, pairs / steps));
      }
    }
    if (layersRest) return;
    const [upper, lower] = recipe.excitedBy === "positive" ? [right, wrong!] : [wrong!, right];
    const above = forward.above(b.concat(upper, lower));
    const sums: (Gradients | null)[] = layers.map(() => null);
    forward.run(encoded.pixels, product, above, steps, (layer, { l, inputs, shared }) => {
      if (!learning.includes(l)) {
        return { activity: layer.activity(inputs, shared.product), kept: null };
      }
      // Each step is a part of one batch of all steps.
      const { activity, gradients } = layer.learn(inputs, shared, pairs);
      return { activity, kept: gradients };
    }, (gradients) =>
      gradients.forEach((more, l) => {
        if (more) sums[l] = addGradients(b, sums[l] ?? null, more);
      }));
    for (const l of learning) found(layers[l]!, sums[l]!);
  }, steps);
}

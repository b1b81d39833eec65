// The schema of `--config`: JSON Schema, as data.

import { recipes } from "@forward-forward/core";

/** A part of a schema. */
export type Schema = { readonly [key: string]: unknown };

/** A whole number of at least `minimum`. */
export const whole = (minimum: number): Schema => ({ type: "integer", minimum });
const fraction: Schema = { type: "number", minimum: 0, maximum: 1 };
const above: Schema = { type: "number", exclusiveMinimum: 0 };
const atLeast: Schema = { type: "number", minimum: 0 };
/** What `schema` takes, or null. */
export const optional = (schema: Schema): Schema => ({ anyOf: [schema, { type: "null" }] });
/** An object of exactly these parts, and perhaps others. */
export const exactly = (
  properties: Readonly<Record<string, Schema>>,
  alsoAllowed: Readonly<Record<string, Schema>> = {},
): Schema => ({
  type: "object",
  properties: { ...properties, ...alsoAllowed },
  required: Object.keys(properties),
  additionalProperties: false,
});

const momentum = exactly({
  kind: { const: "momentum" },
  learningRate: above,
  momentum: fraction,
  decay: atLeast,
});
const adam = exactly({
  kind: { const: "adam" },
  learningRate: above,
  beta1: fraction,
  beta2: fraction,
  epsilon: above,
  decay: atLeast,
});

/** What a configuration may say. Whatever it leaves out is as without it; flags override it. */
export const configSchema: Schema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "ff train --config",
  description:
    "Settings of a training run. The config.json of a run folder is one, so that the run can be repeated.",
  type: "object",
  properties: {
    $schema: { type: "string" },
    backend: { type: "string", description: "As --backend." },
    dataset: { type: "string", description: "As --dataset: a name, a folder or a file." },
    seed: { ...whole(0), description: "Decides every random number." },
    keep: { enum: ["last", "best"], description: "As --keep: which epoch's model to end with." },
    pictures: {
      enum: ["fitted", "whole"],
      description: "As --pictures: what ff predict makes of pictures.",
    },
    limits: {
      type: "object",
      description: "Images to train, test and validate on; null for all, or none held out.",
      properties: {
        train: optional(whole(1)),
        test: optional(whole(1)),
        validation: optional(whole(0)),
      },
      additionalProperties: false,
    },
    recipe: {
      type: "object",
      description: "A recipe by its name, with the parts of it to change.",
      properties: {
        name: { enum: Object.keys(recipes) },
        layers: { type: "array", items: whole(1), minItems: 2 },
        classes: whole(2),
        label: exactly({
          placement: { enum: ["overlay", "append", "none"] },
          strength: { anyOf: [above, { const: "max" }] },
          neutral: atLeast,
        }),
        inputs: { enum: ["measured", "plain"] },
        negatives: { enum: ["random", "shuffled", "hard", "hybrid"] },
        augment: optional(
          exactly({ shift: whole(0) }, { turn: atLeast, stretch: atLeast, bend: atLeast }),
        ),
        dropout: { type: "number", minimum: 0, exclusiveMaximum: 1 },
        normalise: exactly({ to: { enum: ["length", "rms"] }, epsilon: above }),
        goodness: { enum: ["mean", "sum"] },
        threshold: { anyOf: [{ type: "number" }, { const: "units" }] },
        excitedBy: { enum: ["positive", "negative"] },
        loss: {
          type: "object",
          oneOf: [
            exactly({ kind: { const: "threshold" } }),
            exactly({ kind: { const: "symba" }, alpha: above }),
          ],
        },
        initial: { enum: ["glorot-uniform", "normal"] },
        peer: optional(exactly({ strength: atLeast, decay: fraction, start: atLeast })),
        optimizer: { type: "object", oneOf: [momentum, adam] },
        cooldown: fraction,
        schedule: {
          type: "object",
          oneOf: [
            exactly({ kind: { const: "joint" } }),
            exactly({ kind: { const: "greedy" }, updatesPerLayer: whole(1) }),
          ],
        },
        batchSize: { anyOf: [whole(1), { const: "full" }] },
        epochs: whole(1),
        readout: optional(exactly({ from: whole(0), optimizer: momentum }, { alone: whole(0) })),
        predict: {
          type: "object",
          oneOf: [
            exactly({ by: { const: "softmax" } }),
            exactly({ by: { const: "goodness" }, from: whole(0) }),
          ],
        },
      },
      required: ["name"],
      additionalProperties: false,
    },
    // What a run folder's file also has; it is not read.
    format: { const: 1 },
    command: {},
    started: {},
    device: {},
    images: {},
    versions: {},
    resumed: {},
  },
  additionalProperties: false,
};

// The schema of `--config`: JSON Schema, as data.

import { recipes } from "@forward-forward/core";
import { nullable, type Schema, whole } from "@forward-forward/core/schema";
import { recipeSchema } from "@forward-forward/core/training";

// What a recipe of an older file is taken to have says nothing of a part that a configuration leaves out.
const parts = Object.fromEntries(
  Object.entries(recipeSchema().properties as Record<string, Schema>)
    .map(([name, { default: _, ...part }]) => [name, part as Schema]),
);

/** A recipe by its name, with the parts of it to change: each part whole, for parts of parts are not merged with the recipe's. */
export const recipePart: Schema = {
  type: "object",
  description: "A recipe by its name, with the parts of it to change.",
  properties: { ...parts, name: { enum: Object.keys(recipes) } },
  required: ["name"],
  additionalProperties: false,
};

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
        train: nullable(whole(1)),
        test: nullable(whole(1)),
        validation: nullable(whole(0)),
      },
      additionalProperties: false,
    },
    recipe: recipePart,
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

// The schema of a sweep's file: JSON Schema, as data.

import { nullable, object, type Schema, whole } from "@forward-forward/core/schema";
import type { Range } from "./space.ts";

/** What a recipe in a file may say: what it may in a configuration. */
export const recipeSchema: Schema = { $ref: "config.schema.json#/properties/recipe" };

// No control characters: they would act on the terminal that shows the name.
const name: Schema = {
  type: "string",
  minLength: 1,
  maxLength: 100,
  pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f]*$",
};

const range = object<Range>(
  {
    from: { type: "number" },
    to: { type: "number" },
    log: { type: "boolean" },
    whole: { type: "boolean" },
  },
  "log",
  "whole",
);

const someSeeds: Schema = { type: "array", items: whole(0), minItems: 1, uniqueItems: true };

/** What a sweep's file may say. */
export const sweepSchema: Schema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "ff sweep",
  description: "Settings to try, and images held out of the training set to compare them on. " +
    "The sweep.json of a sweep's folder is one, so that the sweep can be repeated.",
  type: "object",
  properties: {
    $schema: { type: "string" },
    dataset: { type: "string", description: "As --dataset of ff train; mnist by default." },
    backend: { type: "string", description: "As --backend of ff train; auto by default." },
    validation: {
      ...whole(1),
      description: "Hold out the last so many training images, which every trial is judged by. " +
        "Only where nothing is tried may it be left out.",
    },
    limits: {
      type: "object",
      description: "Images to train on, the first so many; null for all that are not held out.",
      properties: { train: nullable(whole(1)) },
      additionalProperties: false,
    },
    // The recipe that the sweep changes, by its name, with the parts of it that are the same in every trial.
    recipe: recipeSchema,
    seeds: { ...someSeeds, description: "Every setting is trained with each of these seeds." },
    space: {
      type: "object",
      description:
        "Paths into the recipe, such as optimizer.learningRate, and for each the values to try: a list or, " +
        "in a random search, a range.",
      additionalProperties: {
        type: ["array", "object"],
        if: { type: "array" },
        then: { minItems: 1, uniqueItems: true },
        else: range,
      },
      minProperties: 1,
    },
    search: {
      description: "Every combination, or so many at random; grid by default.",
      type: ["string", "object"],
      if: { type: "string" },
      then: { enum: ["grid"] },
      else: object<{ random: number; seed?: number }>({ random: whole(1), seed: whole(0) }, "seed"),
    },
    variants: {
      type: "array",
      description: "Named changes to the recipe, each tried beside the recipe as it is.",
      items: object<{ name: string; set: object }>({
        name,
        set: { type: "object", minProperties: 1 },
      }),
      minItems: 1,
    },
    format: { const: 1 },
    // What a sweep's folder also tells: where it ran, on what.
    ran: { type: "object" },
  },
  additionalProperties: false,
};

// What a recipe may be: one description for checks, files and editors, and what no description can say.

import { inputFields, inputWidth } from "../data/options.ts";
import { layerSchema, settingFields } from "../layers/plan.ts";
import { readoutSchema } from "../layers/readout.ts";
import { faultOf } from "../schema/fault.ts";
import {
  either,
  fraction,
  kinds as oneKindOf,
  nullable,
  object,
  optional,
  partly,
  type Schema,
  since,
  whole,
} from "../schema/schema.ts";
import type { PredictOptions } from "../scoring/scoring.ts";
import { mapWords, volume } from "../tensor/maps.ts";
import { builtIn, type Kinds } from "./kinds.ts";
import type { CosineCooldown, Recipe } from "./recipe.ts";
import type { ScheduleOptions } from "./schedules.ts";
import { sizedLayers } from "./sizes.ts";

/** What a {@linkcode Recipe} of these kinds may be, as JSON Schema. */
export function recipeSchema(kinds: Kinds = builtIn): Schema<Recipe> {
  const schedules = Object.entries(kinds.schedules).map(([kind, { options }]) => [kind, options]);
  return object<Recipe>({
    name: { type: "string" },
    layers: { type: "array", items: layerSchema(kinds.layers, kinds.rules), minItems: 2 },
    ...inputFields,
    ...settingFields(kinds.rules),
    dropout: since(partly, 0),
    cooldown: either(fraction, object<CosineCooldown>({ cosineTo: fraction })),
    schedule: oneKindOf<ScheduleOptions>("kind", Object.fromEntries(schedules)),
    epochs: whole(1),
    readout: nullable(readoutSchema),
    predict: oneKindOf<PredictOptions>("by", {
      softmax: {},
      goodness: { from: whole(0), to: optional(whole(0)) },
    }),
  });
}

/** A recipe as an older file has it, with the parts that recipes did not have then, as they were. */
export function completeRecipe(recipe: Recipe): Recipe {
  const { properties } = recipeSchema() as unknown as { properties: Record<string, Schema> };
  const earlier = Object.entries(properties).filter(([, schema]) => "default" in schema)
    .map(([part, schema]) => [part, schema.default]);
  return { ...Object.fromEntries(earlier), ...recipe };
}

/** Updates in an epoch of so many images. */
export function updatesPerEpoch(recipe: Recipe, count: number, kinds: Kinds = builtIn): number {
  const { batchSize, schedule, layers } = recipe;
  const batches = batchSize === "full" ? 1 : Math.ceil(count / batchSize);
  const updates = kinds.schedules[schedule.kind]!.updatesPerBatch(schedule, layers.length - 1);
  if (Number.isSafeInteger(updates) && updates > 0) return batches * updates;
  throw new RangeError(
    `the schedule "${schedule.kind}" says that it makes ${updates} updates on a batch`,
  );
}

/** Throws a `RangeError` of one sentence if a part of the recipe is not what it may be, or the recipe contradicts itself. */
export function validateRecipe(recipe: Recipe, kinds: Kinds = builtIn): void {
  const require = (holds: boolean, sentence: string): void => {
    if (!holds) throw new RangeError(sentence);
  };
  require(
    !Array.isArray(recipe?.layers) || recipe.layers.length >= 2,
    `layers are the input's width and at least one layer's units, whole numbers from 1, got [${recipe?.layers}]`,
  );
  const fault = faultOf(recipeSchema(kinds), recipe, "the recipe");
  require(fault === null, fault!);
  const { classes, label, schedule, readout, predict, augment, negatives } = recipe;
  const width = inputWidth(recipe);
  require(
    typeof width === "number",
    "the first of the layers is the width of the input, a number: put it before the others",
  );
  const { image } = recipe;
  require(
    !image || volume(image) === width,
    image
      ? `image is ${mapWords(image)}, which is ${
        volume(image)
      } numbers, and the input's width ${width}: make them agree`
      : "",
  );
  require(
    label.placement !== "overlay" || width > classes,
    `a label written over the first ${classes} pixels leaves none of ${width}: append it instead`,
  );
  require(
    recipe.inputs !== "measured" || label.strength !== "max",
    `a label as strong as the image's maximum goes with inputs that are "plain": give it a number, or make them that`,
  );
  if (augment) {
    const { shift = 0, turn = 0, stretch = 0, bend = 0, flip = 0 } = augment;
    require(
      shift + turn + stretch + bend + flip > 0,
      "augment changes nothing: shift, turn, stretch, bend or flip the images, or make it null",
    );
  }
  require(
    (readout?.alone ?? 0) < recipe.epochs,
    `the readout is trained alone for ${readout?.alone} of ${recipe.epochs} epochs, which leaves none for the ` +
      `layers: train for more`,
  );
  require(
    !readout || kinds.schedules[schedule.kind]!.trainsReadout,
    `a readout learns by ${
      teachers(kinds)
    } and not by the schedule "${schedule.kind}": use that, or no readout`,
  );
  require(
    (negatives === "hybrid" || negatives === "none") === (label.placement === "none"),
    `negatives that are hybrids of images, or none, go with a label placed nowhere, and it with them: got ` +
      `${negatives} and ${label.placement}`,
  );
  const { check, forward } = kinds.schedules[schedule.kind]!;
  require(
    (label.placement === "top") === (forward !== undefined),
    `a label above the last layer goes with a schedule that goes up and down, and it with such a label: got ` +
      `${label.placement} and ${schedule.kind}`,
  );
  const { frames = 1 } = recipe;
  require(
    frames === 1 || forward !== undefined,
    `${frames} frames are shown one at a step, and the schedule "${schedule.kind}" shows an image whole: leave frames out, ` +
      `or take a schedule that goes up and down`,
  );
  const parted = image ? image.channels : width;
  const part = image ? "channel" : "pixel";
  require(
    parted % frames === 0,
    `an image of ${parted} ${part}${
      parted === 1 ? "" : "s"
    } is not made of ${frames} frames: give it a multiple of so many, or another number of frames`,
  );
  check?.(schedule, recipe);
  require(
    negatives !== "hybrid" || readout !== null && predict.by === "softmax",
    "a network that sees no labels predicts by a readout: add one, and predict by the softmax",
  );
  require(
    negatives !== "hard" && negatives !== "rollout" || readout !== null,
    `${negatives} negatives are drawn from the readout: add one, or choose random negatives`,
  );
  require(predict.by !== "softmax" || readout !== null, "predicting by softmax needs a readout");
  const layers = recipe.layers.length - 1;
  if (predict.by === "goodness" && predict.to !== undefined) {
    require(
      predict.to >= predict.from && predict.to < layers,
      `prediction by hidden layers ${predict.from} to ${predict.to} (counted from 0) needs a last one that is not ` +
        `before the first, and ${predict.to + 1} layers, got ${layers}`,
    );
  }
  for (const from of [predict.by === "goodness" ? predict.from : 0, readout?.from ?? 0]) {
    require(
      from < layers,
      `prediction from hidden layer ${from} (counted from 0) needs more than ${layers} layers: ` +
        `add a layer, or start from an earlier one`,
    );
  }
  requireLearning(recipe, kinds);
}

// What layers learn from, and when, must go with each other.
function requireLearning(recipe: Recipe, kinds: Kinds): void {
  const { negatives, schedule, epochs, classes } = recipe;
  const planned = sizedLayers(recipe, kinds);
  const schedules = Object.keys(kinds.schedules)
    .filter((name) => kinds.schedules[name]!.trainsByLabels)
    .map((name) => `"${name}"`).join(" or ");
  planned.forEach(({ kind, options, map, settings, learns, shortcut, size }, l) => {
    const { loss } = settings;
    const byLabels = kinds.rules[loss.kind]!.byLabels !== undefined;
    if (byLabels !== (negatives === "none")) {
      throw new RangeError(
        byLabels
          ? `the rule "${loss.kind}" of layer ${
            l + 1
          } learns from labels, without negatives: make negatives "none"`
          : `the rule "${loss.kind}" of layer ${
            l + 1
          } needs negatives: name some, or take a rule of labels alone`,
      );
    }
    if ((byLabels || learns || shortcut) && !kinds.schedules[schedule.kind]!.trainsByLabels) {
      const does = byLabels
        ? "learns from labels"
        : learns
        ? "learns in epochs of its own"
        : "has a shortcut";
      throw new RangeError(
        `layer ${l + 1} ${does}, which goes with the schedule ${schedules} and not with ` +
          `"${schedule.kind}": use that`,
      );
    }
    if (learns && (learns.from > learns.to || learns.from > epochs)) {
      throw new RangeError(
        `layer ${
          l + 1
        } learns from epoch ${learns.from} to ${learns.to} of ${epochs}, which is never: ` +
          "start it earlier, or leave learns out",
      );
    }
    if (size.shared > 0 && !kind.sharesInputs) {
      throw new RangeError(
        `a layer of kind "${options.kind}" does not take the label apart from ` +
          (l === 0
            ? `the image, as the first must: put a dense one before it, or learn as the recipe "deeper" does, without labels in the image`
            : "what is below it, as all must where it is above them: take dense ones"),
      );
    }
    const judged = kind.judged?.(options, map, settings) ?? null;
    kinds.rules[loss.kind]!.check?.(loss, { map: judged, classes });
  });
}

// The schedules by which a readout learns, in words.
function teachers({ schedules }: Kinds): string {
  const names = Object.keys(schedules).filter((name) => schedules[name]!.trainsReadout);
  return `the schedule ${names.map((name) => `"${name}"`).join(" or ")}`;
}

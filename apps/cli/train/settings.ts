// The settings of a new run: the recipe with what the flags change, fitted to the data.

import { type Recipe, recipes, validateRecipe } from "@forward-forward/core";
import {
  bytesOf,
  channelsOf,
  requireNegatives,
  sourceKinds,
  sourceName,
} from "@forward-forward/core/data";
import { type Arguments, decimal, oneOf, whole } from "../shared/arguments.ts";
import type { Config } from "./config.ts";
import type { Data, Limits } from "../data/data.ts";
import { datasetFor } from "../data/default_dataset.ts";
import { UsageError } from "../shared/errors.ts";
import { kindOf } from "../kinds/kinds.ts";
import { fitChannels } from "./fit_channels.ts";
import { imageIsFree, unfitted } from "./unfitted.ts";
import { ruleWithoutThreshold } from "./without_threshold.ts";

/** What the flags of `ff train` ask for. */
export interface Settings {
  /** The recipe, still to be fitted to the data. */
  draft: Recipe;
  /** The seed. */
  seed: number;
  /** The data set's name or folder. */
  dataset: string;
  /** How much of it to take. */
  limits: Limits;
}

/**
 * Reads the flags, which override a configuration. Throws a {@linkcode UsageError} for what can be refused without loading
 * anything.
 */
export function readSettings(args: Arguments, config: Config = {}): Settings {
  const number = (flag: string, least: number): number | undefined => {
    const text = args.text(flag);
    return text === undefined ? undefined : whole(flag, text, least);
  };
  const { limits } = config;
  const draft = makeRecipe(args, config);
  return {
    draft,
    seed: number("seed", 0) ?? config.seed ?? 1,
    dataset: datasetFor(args.text("dataset") ?? config.dataset, draft.name),
    limits: {
      train: number("train-limit", 1) ?? limits?.train ?? undefined,
      test: number("test-limit", 1) ?? limits?.test ?? undefined,
      validation: number("validation", 0) ?? limits?.validation ?? undefined,
    },
  };
}

// The recipe with what the configuration and then the flags change. A recipe named by a flag is another one
// than the configuration's, whose changes are not for it.
function makeRecipe(args: Arguments, { recipe: configured }: Config): Recipe {
  const given = args.text("recipe");
  const name = oneOf("recipe", given ?? configured?.name ?? "quick", Object.keys(recipes));
  const changes = given === undefined || given === configured?.name ? configured : undefined;
  const recipe = { ...recipes[name as keyof typeof recipes](), ...changes };
  const set = (flag: string, apply: (text: string) => void): void => {
    const text = args.text(flag);
    if (text !== undefined) apply(text);
  };
  set("layers", (text) => {
    recipe.layers = text.split(",").map((part) => whole("layers", part.trim(), 1));
  });
  set("frames", (text) => recipe.frames = whole("frames", text, 1));
  set("epochs", (text) => recipe.epochs = whole("epochs", text, 1));
  set("batch-size", (text) => {
    recipe.batchSize = text === "full" ? text : whole("batch-size", text, 1, "full");
  });
  set("learning-rate", (text) => {
    recipe.optimizer = {
      ...recipe.optimizer,
      learningRate: decimal("learning-rate", text, { above: 0 }),
    };
  });
  set("threshold", (text) => {
    recipe.threshold = text === "units" ? text : decimal("threshold", text, { or: "units" });
  });
  set("updates-per-layer", (text) => {
    if (recipe.schedule.kind !== "greedy") {
      throw new UsageError(
        `--updates-per-layer is for recipes that train layer by layer, and ${name} trains all layers ` +
          `together: leave it out, or use --recipe keras`,
      );
    }
    const updatesPerLayer = whole("updates-per-layer", text, 1);
    recipe.schedule = { ...recipe.schedule, updatesPerLayer };
  });
  checked(unfitted(recipe, changes?.label !== undefined));
  set("threshold", () => {
    const rule = ruleWithoutThreshold(recipe);
    if (rule === null) return;
    throw new UsageError(
      `--threshold is for rules that separate by one, and "${rule}", which ${name} learns by, does not: leave it out`,
    );
  });
  return recipe;
}

/**
 * The recipe for this data: its number of classes, its size unless the layers were given, channels that these classes can share
 * in the recipe's own layers, and its place for the label unless that was given.
 */
export function fitRecipe(
  draft: Recipe,
  { train }: Pick<Data, "train">,
  dataset: string,
  layersGiven: boolean,
  labelGiven = false,
): Recipe {
  const { classes } = train;
  const kind = kindOf(train);
  const plane = kind.plane(train);
  const pixels = bytesOf(plane);
  const [width, ...units] = draft.layers;
  if (layersGiven && width !== pixels) {
    throw new UsageError(
      `--layers starts with ${width} and ${kind.width(dataset, train)}: start it with ${pixels}`,
    );
  }
  if (classes < 2) {
    throw new UsageError(
      `all images of ${dataset} have the label 0, and a network learns to tell labels apart: give images ` +
        `of two labels or more`,
    );
  }
  const label = kind.label(draft, { train, dataset, labelGiven });
  // Layers that look at neighbours take a grey square where they are not told.
  const { rows, columns } = plane;
  const image = { channels: channelsOf(plane), rows, columns };
  const isSquare = image.channels === 1 && rows === columns;
  const isOther = draft.image && imageIsFree(draft);
  const mapped = (!isSquare || isOther) && units.some((layer) => typeof layer !== "number") ||
    (draft.frames ?? 1) > 1;
  const recipe = checked({
    ...draft,
    classes,
    layers: [pixels, ...fitChannels(draft, classes)],
    label,
    ...mapped ? { image } : {},
  });
  const name = sourceName(train);
  return refused(() => {
    requireNegatives(recipe, sourceKinds[name]!, name);
    sourceKinds[name]!.check(train, recipe);
    return recipe;
  });
}

function checked(recipe: Recipe): Recipe {
  return refused(() => {
    validateRecipe(recipe);
    return recipe;
  });
}

// What core refuses about a recipe, as the user's mistake.
function refused(check: () => Recipe): Recipe {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}

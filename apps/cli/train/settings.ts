// The settings of a new run: the recipe with what the flags change, fitted to the data.

import { type Dataset, type Recipe, recipes, validateRecipe } from "@forward-forward/core";
import { bytesOf, channelsOf, measureInputs, sizeInWords } from "@forward-forward/core/data";
import { type Arguments, decimal, oneOf, whole } from "../shared/arguments.ts";
import type { Config } from "./config.ts";
import type { Data, Limits } from "../data/data.ts";
import { UsageError } from "../shared/errors.ts";
import { unfitted } from "./unfitted.ts";
import { placeLabel } from "./label_placement.ts";

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
  return {
    draft: makeRecipe(args, config),
    seed: number("seed", 0) ?? config.seed ?? 1,
    dataset: args.text("dataset") ?? config.dataset ?? "mnist",
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
  return recipe;
}

/**
 * The recipe for this data: its number of classes, its size unless the layers were given, and its place for the label unless
 * that was given.
 */
export function fitRecipe(
  draft: Recipe,
  { train }: Pick<Data, "train">,
  dataset: string,
  layersGiven: boolean,
  labelGiven = false,
): Recipe {
  const { classes } = train;
  const pixels = bytesOf(train);
  const [width, ...units] = draft.layers;
  if (layersGiven && width !== pixels) {
    throw new UsageError(
      `--layers starts with ${width} and the images of ${dataset} have ${pixels} pixels ` +
        `(${sizeInWords(train)}): start it with ${pixels}`,
    );
  }
  if (classes < 2) {
    throw new UsageError(
      `all images of ${dataset} have the label 0, and a network learns to tell labels apart: give images ` +
        `of two labels or more`,
    );
  }
  if (draft.inputs === "measured") requireSomething(train, dataset);
  const label = labelGiven ? draft.label : placeLabel(draft.label, train);
  // Layers that look at neighbours take a grey square where they are not told.
  const { rows, columns } = train;
  const image = { channels: channelsOf(train), rows, columns };
  const isSquare = image.channels === 1 && rows === columns;
  const mapped = !isSquare && units.some((layer) => typeof layer !== "number");
  return checked({
    ...draft,
    classes,
    layers: [pixels, ...units],
    label,
    ...mapped ? { image } : {},
  });
}

// Images that show nothing are refused before there is a run. Of any others the first pixels tell, so that nothing is measured
// twice.
function requireSomething(train: Dataset, dataset: string): void {
  const { images, rows, columns } = train;
  const [plane, channels] = [rows * columns, channelsOf(train)];
  const firstOf = (at: number): number => images[Math.floor(at / plane) % channels * plane]!;
  if (images.some((level, at) => level !== firstOf(at))) return;
  try {
    measureInputs(train);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${dataset}: ${error.message}: give images that differ`, { cause: error });
  }
}

function checked(recipe: Recipe): Recipe {
  try {
    validateRecipe(recipe);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
  return recipe;
}

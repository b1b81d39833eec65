// The settings of a run as its config.json has them, which say the same as its checkpoints do.

import type { Recipe } from "@forward-forward/core";
import type { PictureStyle } from "@forward-forward/datasets";
import type { Keep, RunState } from "./checkpoint.ts";
import { configSchema } from "../train/config_schema.ts";
import type { Limits } from "../data/data.ts";
import { differences, summary } from "./differences.ts";
import { UsageError } from "../shared/errors.ts";
import { FORMAT } from "@forward-forward/core/model";
import { completeRecipe } from "@forward-forward/core/training";
import { shellWord } from "../shared/shell_word.ts";

/** What decides a run, besides its backend. */
export interface RunSettings {
  /** The data set's name or folder. */
  dataset: string;
  /** How much of it was asked for. */
  limits: Limits;
  /** How much of it that is. */
  images: { train: number; validation: number; test: number };
  /** The seed. */
  seed: number;
  /** Which epoch's model the run ends with. */
  keep: Keep;
  /** What `ff predict` makes of pictures. */
  pictures: PictureStyle["fit"] | undefined;
  /** The recipe. */
  recipe: Recipe;
}

/** The settings as `config.json` has them. */
export function configOf(settings: RunSettings): Record<string, unknown> {
  const { dataset, limits: { train, test, validation }, images, seed, keep, pictures, recipe } =
    settings;
  return {
    dataset,
    limits: { train: train ?? null, test: test ?? null, validation: validation ?? null },
    images,
    seed,
    ...(keep === "best" ? { keep } : {}),
    pictures,
    recipe,
  };
}

/** What `config.json` lists each time that a run goes on: what was asked for then stands there for the run too. */
export interface ResumedEntry {
  /** Where the data set was then. */
  dataset: string;
  /** The last epoch, as was asked for. */
  epochs: number;
  /** What it ran on. */
  backend: string;
}

/** A run's data set and last epoch, as it goes on. */
export interface Course {
  /** The data set's name or folder. */
  dataset: string;
  /** The last epoch. */
  epochs: number;
}

/**
 * The course of a run by its `config.json` (null where there is none) and its checkpoint: the checkpoint's, or what the last
 * `ff train --resume` asked for before there was another. Throws a {@linkcode UsageError} that names the settings where
 * somebody edited the file since.
 */
export function courseOf(
  run: string,
  config: Record<string, unknown> | null,
  state: RunState,
): Course {
  const { dataset, recipe, seed } = state.info;
  const course = { dataset, epochs: recipe.epochs };
  if (config === null) return course;
  const entries = (Array.isArray(config.resumed) ? config.resumed : []) as Partial<ResumedEntry>[];
  const { dataset: moved, epochs: extended } = entries.at(-1) ?? {};
  const given = recipeIn(config);
  if (moved !== undefined && config.dataset === moved) course.dataset = moved;
  if (extended !== undefined && given?.epochs === extended) course.epochs = extended;
  const backends = [config.backend, ...entries.map(({ backend }) => backend)];
  const { data: { train, validation, test }, limits, keep } = state;
  const expected = {
    format: FORMAT,
    backend: backends.includes(state.backend) ? config.backend : state.backend,
    keep,
    ...configOf({
      dataset: course.dataset,
      limits,
      images: { train: train.count, validation: validation?.count ?? 0, test: test?.count ?? 0 },
      seed,
      keep,
      pictures: state.info.pictures.fit,
      recipe: { ...recipe, epochs: course.epochs },
    }),
  };
  const found: Record<string, unknown> = {
    keep: "last",
    pictures: state.info.pictures.fit,
    ...config,
    ...(given && { recipe: given }),
  };
  const faults = [
    ...differences(
      expected,
      Object.fromEntries(Object.keys(expected).map((key) => [key, found[key]])),
    ),
    ...Object.keys(config).filter((key) => !Object.hasOwn(settings, key))
      .map((key) => `${key} is no setting`),
  ];
  if (faults.length === 0) return course;
  const file = `${run}/config.json`;
  throw new UsageError(
    `${file} was edited since the run began (${
      summary(faults)
    }): undo that, or start a new run with ` +
      `ff train --config ${shellWord(file)}`,
  );
}

const settings = configSchema.properties as Record<string, unknown>;

function recipeIn({ recipe }: Record<string, unknown>): Recipe | null {
  return recipe?.constructor === Object ? completeRecipe(recipe as Recipe) : null;
}

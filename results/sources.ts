// Everything in this folder that docs/results.md is made from.

import { readTrials, type Trial } from "./ablation.ts";
import { type Figure, readFigures } from "./figure.ts";
import { type KerasRuns, readKeras } from "./keras.ts";
import full from "./keras/full.json" with { type: "json" };
import type { KerasFull } from "./keras_full.ts";
import nextCharacter from "./next_character.json" with { type: "json" };
import type { TextResults } from "./next_character.ts";
import ownImages from "./own_images.json" with { type: "json" };
import type { OwnImages } from "./own_images.ts";
import published from "./published.json" with { type: "json" };

/** A figure that someone else has published. */
export interface Published {
  /** Whose it is. */
  what: string;
  /** Network and epochs. */
  setting: string;
  /** The data set. */
  dataset: string;
  /** Fraction of test images predicted wrongly. */
  error: number;
  /** Seconds of training, where they are told. */
  seconds?: number;
  /** On what, where it is told. */
  hardware?: string;
}

/** What the page is made from. */
export interface Sources {
  /** Our runs. */
  figures: readonly Figure[];
  /** What others have published. */
  published: readonly Published[];
  /** Those that show what each part of the rule brings. */
  trials: readonly Trial[];
  /** The first epochs of `keras` beside PyTorch's. */
  keras: KerasRuns;
  /** All of them, and what its defects cost. */
  full: KerasFull;
  /** Images that do not look like MNIST. */
  own: readonly OwnImages[];
  /** The next character of a text. */
  text: TextResults;
  /** What is said of the figures by hand. */
  told: string;
}

/** Reads them all. */
export async function readSources(): Promise<Sources> {
  const at = (path: string): URL => new URL(path, import.meta.url);
  return {
    figures: await readFigures(at("./figures/")),
    published,
    trials: await readTrials(at("./ablation/trials.jsonl")),
    keras: await readKeras(at("./keras/")),
    full,
    own: ownImages.found,
    text: nextCharacter as TextResults,
    told: await Deno.readTextFile(at("./told.md")),
  };
}

// The file of a sweep: read, and checked against its schema.

import { faultOf as recipeFault } from "@forward-forward/core/schema";
import { recipePart } from "../train/config_schema.ts";
import type { Config } from "../train/config.ts";
import { UsageError } from "../shared/errors.ts";
import { faultOf, parseJson, readText, type Refuse } from "../shared/json_file.ts";
import type { Changes, Space } from "./space.ts";
import { sweepSchema } from "./sweep_schema.ts";

/** A sweep, as its file says it. */
export interface SweepFile {
  /** The data set's name or folder. */
  dataset?: string;
  /** The backend's name. */
  backend?: string;
  /** Training images that are held out; none by default where nothing is tried. */
  validation?: number;
  /** How many of the others to train on. */
  limits?: { train?: number | null };
  /** The recipe that is changed. */
  recipe?: Config["recipe"];
  /** The seeds of every setting. */
  seeds?: number[];
  /** Values to combine. */
  space?: Space;
  /** How they are combined. */
  search?: "grid" | { random: number; seed?: number };
  /** Named changes, instead of a space. */
  variants?: { name: string; set: Changes }[];
}

/** Whether a sweep tries nothing: its recipe is trained as it is, with several seeds, and as nothing is chosen it is tested. */
export function triesNothing({ space, variants }: SweepFile): boolean {
  return space === undefined && variants === undefined;
}

/** Reads the file of a sweep; `refuse` is called with what is wrong with it. `seeds` are instead of the file's. */
export async function readSweep(
  path: string,
  refuse: Refuse,
  seeds?: number[],
): Promise<SweepFile> {
  const kind = { what: "a sweep", example: "examples/sweep.json" };
  return parseSweep(await readText(path, kind, refuse), refuse, seeds);
}

/** Parses the text of a sweep's file. */
export function parseSweep(text: string, refuse: Refuse, seeds?: number[]): SweepFile {
  const value = parseJson(text, refuse);
  // Of a recipe the core knows more: the word that was probably meant.
  const recipe = (value as { recipe?: unknown } | null)?.recipe;
  const fault = (recipe === undefined ? null : recipeFault(recipePart, recipe, "recipe")) ??
    faultOf(sweepSchema, value);
  if (fault !== null) {
    return refuse(`is no sweep: ${fault}; docs/sweep.schema.json says what may be`);
  }
  const file = { ...value as SweepFile, ...(seeds ? { seeds } : {}) };
  if (file.space && file.variants) {
    refuse("has both a space and variants: make two sweeps of it");
  }
  if (triesNothing(file) && (file.seeds?.length ?? 1) < 2) {
    refuse(
      `has nothing to try: give it a space, such as {"dropout": [0, 0.1]}, or variants, or several seeds ` +
        `of the recipe as it is`,
    );
  }
  if (!triesNothing(file) && !file.validation) {
    refuse(
      `holds nothing out, by which its settings would be compared: give it a validation, such as 10000`,
    );
  }
  if (file.variants && file.search !== undefined) {
    refuse("has a search, which is for a space, and variants are all tried: leave it out");
  }
  return file;
}

/** Refuses what is wrong with the file at `path`. */
export function refusing(path: string): Refuse {
  return (why, cause) => {
    throw new UsageError(`${path} ${why}`, { cause });
  };
}

// The file of a sweep: read, and checked against its schema.

import type { Config } from "../config.ts";
import { faultOf, parseJson, readText, type Refuse } from "../json_file.ts";
import type { Changes, Space } from "./space.ts";
import { sweepSchema } from "./sweep_schema.ts";

/** A sweep, as its file says it. */
export interface SweepFile {
  /** The data set's name or folder. */
  dataset?: string;
  /** The backend's name. */
  backend?: string;
  /** Training images that are held out. */
  validation: number;
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

/** Reads the file of a sweep; `refuse` is called with what is wrong with it. */
export async function readSweep(path: string, refuse: Refuse): Promise<SweepFile> {
  const kind = { what: "a sweep", example: "examples/sweep.json" };
  return parseSweep(await readText(path, kind, refuse), refuse);
}

/** Parses the text of a sweep's file. */
export function parseSweep(text: string, refuse: Refuse): SweepFile {
  const value = parseJson(text, refuse);
  const fault = faultOf(sweepSchema, value);
  if (fault !== null) {
    return refuse(`is no sweep: ${fault}; docs/sweep.schema.json says what may be`);
  }
  const file = value as SweepFile;
  if (file.space && file.variants) {
    refuse("has both a space and variants: make two sweeps of it");
  }
  if (!file.space && !file.variants) {
    refuse(`has nothing to try: give it a space, such as {"dropout": [0, 0.1]}, or variants`);
  }
  if (file.variants && file.search !== undefined) {
    refuse("has a search, which is for a space, and variants are all tried: leave it out");
  }
  return file;
}

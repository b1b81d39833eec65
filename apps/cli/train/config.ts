// `--config FILE`: settings of a run as JSON, checked against their schema.

import { faultOf } from "@forward-forward/core/schema";
import type { Recipe } from "@forward-forward/core";
import { configSchema } from "./config_schema.ts";
import { UsageError } from "../shared/errors.ts";
import { parseJson, readText, type Refuse } from "../shared/json_file.ts";

/** A configuration: what it leaves out is as without it. */
export interface Config {
  /** As `--backend`. */
  backend?: string;
  /** As `--dataset`. */
  dataset?: string;
  /** As `--seed`. */
  seed?: number;
  /** As `--keep`. */
  keep?: string;
  /** As `--pictures`. */
  pictures?: string;
  /** As `--train-limit`, `--test-limit` and `--validation`. */
  limits?: { train?: number | null; test?: number | null; validation?: number | null };
  /** A recipe by its name, with the parts of it to change. */
  recipe?: Partial<Recipe> & Pick<Recipe, "name">;
}

/** Reads a configuration. Throws a {@linkcode UsageError} of one sentence if it is none. */
export async function readConfig(path: string): Promise<Config> {
  const refuse: Refuse = (why, cause) => {
    throw new UsageError(`--config ${path} ${why}`, { cause });
  };
  const example = "the config.json of a run folder";
  return parseConfig(await readText(path, { what: "a configuration", example }, refuse), refuse);
}

/** Parses a configuration; `refuse` is called with what is wrong with it, and must throw. */
export function parseConfig(text: string, refuse: Refuse): Config {
  const value = parseJson(text, refuse);
  const fault = faultOf(configSchema, value, "the configuration");
  if (fault === null) return value as Config;
  return refuse(`is no configuration: ${fault}; docs/config.schema.json says what may be`);
}

// `--config FILE`: settings of a run as JSON, checked against their schema.

import type { Recipe } from "@forward-forward/core";
import { Ajv } from "ajv";
import { configSchema } from "./config_schema.ts";
import { UsageError } from "./errors.ts";

/** A configuration: what it leaves out is as without it. */
export interface Config {
  /** As `--backend`. */
  backend?: string;
  /** As `--dataset`. */
  dataset?: string;
  /** As `--seed`. */
  seed?: number;
  /** As `--train-limit`, `--test-limit` and `--validation`. */
  limits?: { train?: number | null; test?: number | null; validation?: number | null };
  /** A recipe by its name, with the parts of it to change. */
  recipe?: Partial<Recipe> & Pick<Recipe, "name">;
}

// A configuration is a page; nobody means a file of many.
const MOST_BYTES = 2 ** 20;

/** Reads a configuration. Throws a {@linkcode UsageError} of one sentence if it is none. */
export async function readConfig(path: string): Promise<Config> {
  const refuse = (why: string, cause?: unknown): never => {
    throw new UsageError(`--config ${path} ${why}`, { cause });
  };
  let text: string;
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile) refuse("is no file: name one, such as the config.json of a run folder");
    if (size > MOST_BYTES) refuse(`has ${size} bytes, and a configuration at most ${MOST_BYTES}`);
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return refuse("does not exist", error);
    throw error;
  }
  return parseConfig(text, refuse);
}

/** Parses a configuration; `refuse` is called with what is wrong with it, and must throw. */
export function parseConfig(text: string, refuse: (why: string, cause?: unknown) => never): Config {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(`is no JSON (${(error as Error).message})`, error);
  }
  const ajv = new Ajv({ strict: true, strictTypes: false });
  if (ajv.validate(configSchema, value)) return value as Config;
  // Of several errors in one place the deepest tells most.
  const errors = ajv.errors ?? [];
  const [worst] = errors.toSorted((a, b) =>
    b.instancePath.split("/").length - a.instancePath.split("/").length
  );
  const place = worst?.instancePath.slice(1).replaceAll("/", ".") || "it";
  const { additionalProperty, allowedValues } = worst?.params as {
    additionalProperty?: string;
    allowedValues?: unknown[];
  };
  const what = additionalProperty !== undefined
    ? `has no setting "${additionalProperty}"`
    : allowedValues
    ? `must be one of ${allowedValues.join(", ")}`
    : worst?.message;
  return refuse(`is no configuration: ${place} ${what}; docs/config.schema.json says what may be`);
}

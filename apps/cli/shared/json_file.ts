// Settings in JSON files: read, parsed, and checked against a schema.

import { Ajv } from "ajv";
import type { Schema } from "@forward-forward/core/schema";
import { nearest } from "./arguments.ts";
import { configSchema } from "../train/config_schema.ts";
import { describeFile } from "./describe_file.ts";
import { reasonOf } from "./system_error.ts";
import { readTextFile } from "./text_file.ts";

/** Is called with what is wrong with a file, and throws. */
export type Refuse = (why: string, cause?: unknown) => never;

// Settings are a page; nobody means a file of many.
const MOST_BYTES = 2 ** 20;
// What a file may seem to be that has settings, well written or not.
const MAYBE_JSON = ["JSON", "text", "a table in text (CSV)", "empty"];

/** Reads a file of settings; `what` says what it should hold, and `example` names one. */
export async function readText(
  path: string,
  { what, example }: { what: string; example: string },
  refuse: Refuse,
): Promise<string> {
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile) return refuse(`is no file: name one, such as ${example}`);
    const format = await describeFile(path);
    if (format && !MAYBE_JSON.includes(format.what)) {
      return refuse(`is ${format.what} and not ${what}: name one, such as ${example}`);
    }
    if (size > MOST_BYTES) return refuse(`has ${size} bytes, and ${what} at most ${MOST_BYTES}`);
    return await readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return refuse("does not exist", error);
    if ((error as { code?: unknown }).code === undefined) throw error;
    return refuse(`cannot be read: ${reasonOf(error)}`, error);
  }
}

/** What the text of a file says. */
export function parseJson(text: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse(`is no JSON (${(error as Error).message})`, error);
  }
}

// One for all: it keeps what it has made of a schema.
let ajv: Ajv | null = null;

/** What is wrong with a value by a schema, as a clause; null for nothing. */
export function faultOf(schema: Schema, value: unknown): string | null {
  // Other schemas refer to the configuration's by the name of its file.
  ajv ??= new Ajv({ strict: true, strictTypes: false, verbose: true })
    .addSchema(configSchema, "config.schema.json");
  if (ajv.validate(schema, value)) return null;
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
  if (additionalProperty !== undefined) {
    const known = Object.keys((worst!.parentSchema as { properties: object }).properties);
    return `${place} has no setting "${additionalProperty}"${nearest(additionalProperty, known)}`;
  }
  if (!allowedValues) return `${place} ${worst?.message}`;
  const { data } = worst!;
  return typeof data === "string"
    ? `${place} cannot be "${data}"${nearest(data, allowedValues.map(String))}`
    : `${place} must be one of ${allowedValues.join(", ")}`;
}

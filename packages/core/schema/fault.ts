// What is wrong with settings, by their schema, in a sentence that leads to what is right.

import type { Schema } from "./schema.ts";

/** What is wrong with a value by its schema, one sentence that begins with its `place`; null for nothing. */
export function faultOf(schema: Schema, value: unknown, place: string): string | null {
  const { type, enum: words, const: only, anyOf, oneOf } = schema as Keywords;
  const wrong = (): string => `${place} must be ${describe(schema)}, got ${show(value)}`;
  if (anyOf) return faultOfAny(anyOf, value, place, wrong);
  if (oneOf) return faultOfKinds(oneOf, value, place);
  if (words) return words.includes(value as string) ? null : `${place} ${notAmong(value, words)}`;
  if (only !== undefined) return value === only ? null : wrong();
  if (type === "object") return isObject(value) ? faultOfParts(schema, value, place) : wrong();
  if (type === "array") return Array.isArray(value) ? faultOfList(schema, value, place) : wrong();
  if (type === "null") return value === null ? null : wrong();
  if (type === "string") return typeof value === "string" ? null : wrong();
  if (type === "boolean") return typeof value === "boolean" ? null : wrong();
  if (type === "number" || type === "integer") return isWithin(schema, value) ? null : wrong();
  return null;
}

// The keywords that are understood here.
interface Keywords {
  type?: string;
  enum?: string[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

function faultOfAny(
  choices: Schema[],
  value: unknown,
  place: string,
  wrong: () => string,
): string | null {
  const faults = choices.map((choice) => faultOf(choice, value, place));
  if (faults.includes(null)) return null;
  // Of an object the fault within it tells most, of anything else what may be there.
  const within = choices.findIndex((choice) => isObject(value) && takesObjects(choice));
  return within < 0 ? wrong() : faults[within]!;
}

// Objects of several kinds, by the part that tells them apart, which is the first of each.
function faultOfKinds(choices: Schema[], value: unknown, place: string): string | null {
  const tag = tagOf(choices);
  const names = choices.map((choice) => (choice as Keywords).properties![tag]!.const as string);
  if (!isObject(value)) {
    return `${place} must be an object with a ${tag} (${names.join(", ")}), got ${show(value)}`;
  }
  const found = names.indexOf(value[tag] as string);
  if (found >= 0) return faultOf(choices[found]!, value, place);
  if (!(tag in value)) return `${place} needs a ${tag}: choose from ${names.join(", ")}`;
  return `${place}.${tag} ${notAmong(value[tag], names)}`;
}

// What tells kinds of objects apart: the first part of each.
function tagOf(choices: Schema[]): string {
  return Object.keys((choices[0] as Keywords).properties!)[0]!;
}

function faultOfParts(
  schema: Schema,
  value: Record<string, unknown>,
  place: string,
): string | null {
  const { properties = {}, required = [] } = schema as Keywords;
  const names = Object.keys(properties);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) return `${place} has no "${unknown}"${nearest(unknown, names)}`;
  for (const name of names) {
    const part = partOf(place, name);
    if (value[name] === undefined) {
      if (!required.includes(name)) continue;
      return `${part} is missing: it must be ${describe(properties[name]!)}`;
    }
    const fault = faultOf(properties[name]!, value[name], part);
    if (fault !== null) return fault;
  }
  return null;
}

function faultOfList(schema: Schema, value: unknown[], place: string): string | null {
  const { items, minItems = 0 } = schema as Keywords;
  if (value.length < minItems) return `${place} must be ${describe(schema)}, got ${show(value)}`;
  for (const [i, item] of value.entries()) {
    const fault = items ? faultOf(items, item, `${place}[${i}]`) : null;
    if (fault !== null) return fault;
  }
  return null;
}

// A place of several words, such as "the recipe", is left out of the names of its parts.
function partOf(place: string, name: string): string {
  return place.includes(" ") ? name : `${place}.${name}`;
}

function isWithin(schema: Schema, value: unknown): boolean {
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema as Keywords;
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  return (type !== "integer" || Number.isSafeInteger(value)) &&
    (minimum === undefined || value >= minimum) && (maximum === undefined || value <= maximum) &&
    (exclusiveMinimum === undefined || value > exclusiveMinimum) &&
    (exclusiveMaximum === undefined || value < exclusiveMaximum);
}

/** What a schema takes, in words: `"a number above 0"`. */
export function describe(schema: Schema): string {
  const { type, enum: words, const: only, anyOf, oneOf, ...k } = schema as Keywords;
  if (anyOf) return anyOf.map(describe).join(" or ");
  if (oneOf) return `an object with a ${tagOf(oneOf)}`;
  if (words) return words.map((word) => `"${word}"`).join(" or ");
  if (only !== undefined) return JSON.stringify(only);
  if (type === "array") return `a list of at least ${k.minItems ?? 0}`;
  if (type === "object") return "an object";
  if (type === "null") return "null";
  if (type === "string") return "text";
  if (type === "boolean") return "true or false";
  const least = k.minimum ?? k.exclusiveMinimum;
  const most = k.maximum ?? k.exclusiveMaximum;
  const what = type === "integer" ? "a whole number" : "a number";
  if (least === undefined) return what;
  const from = k.minimum === undefined ? `above ${least}` : `from ${least}`;
  if (most === undefined) return `${what} ${from}`;
  return `${what} ${from} to ${k.maximum === undefined ? "below " : ""}${most}`;
}

function takesObjects(schema: Schema): boolean {
  const { type, oneOf } = schema as Keywords;
  return oneOf !== undefined || type === "object";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  if (typeof value !== "object" && typeof value !== "string") return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return "an object";
  }
}

function notAmong(value: unknown, known: readonly string[]): string {
  return typeof value === "string"
    ? `cannot be "${value}"${nearest(value, known)}`
    : `must be one of ${known.join(", ")}, got ${show(value)}`;
}

/** `: did you mean adam?` where one of the known words is spelled much like it, else all that there are. */
function nearest(word: string, known: readonly string[]): string {
  const [closest] = known.map((name) => ({ name, far: distance(word, name) }))
    .toSorted((a, b) => a.far - b.far);
  if (closest && closest.far <= Math.max(2, closest.name.length / 3)) {
    return `: did you mean ${closest.name}?`;
  }
  return `: choose from ${known.join(", ")}`;
}

// How many letters are to be put in, left out or replaced to make one word the other (Levenshtein).
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}

// What settings may be, as data: JSON Schema that TypeScript holds against the type it describes. One description of a setting
// serves types, checks, files and editors.

/** A JSON Schema (draft 7) of values of type `T`, of the keywords that the functions here make: {@linkcode faultOf} knows no others. */
// deno-lint-ignore no-explicit-any -- a schema of whatever it may be
export interface Schema<T = any> {
  /** A keyword. */
  readonly [keyword: string]: unknown;
  /** Never there: it makes a schema of one type no schema of another. */
  readonly of?: (value: T) => T;
}

/** Options of a kind that this package does not have: what else is in them is for the kind to say. */
export interface OtherOptions {
  /** The kind. */
  kind: string;
  /** Whatever the kind takes. */
  [option: string]: unknown;
}

/** A schema for every part of `T`, the optional ones too. */
export type Fields<T> = { readonly [part in keyof T]-?: Schema<Exclude<T[part], undefined>> };

/** A whole number of at least `minimum`. */
export function whole(minimum: number): Schema<number> {
  return { type: "integer", minimum };
}

/** A number above a bound. */
export function above(exclusiveMinimum: number): Schema<number> {
  return { type: "number", exclusiveMinimum };
}

/** A number of at least `minimum`. */
export function atLeast(minimum: number): Schema<number> {
  return { type: "number", minimum };
}

/** Any number. */
export const anyNumber: Schema<number> = { type: "number" };

/** A number from 0 to 1. */
export const fraction: Schema<number> = { type: "number", minimum: 0, maximum: 1 };

/** A number from 0 to below 1. */
export const partly: Schema<number> = { type: "number", minimum: 0, exclusiveMaximum: 1 };

/** One of some words. */
export function oneOf<const T extends string>(...words: T[]): Schema<T> {
  return { enum: words };
}

/** What one of two schemas takes. */
export function either<A, B>(a: Schema<A>, b: Schema<B>): Schema<A | B> {
  return { anyOf: [a, b] };
}

/** What a schema takes, or null. */
export function nullable<T>(schema: Schema<T>): Schema<T | null> {
  return { anyOf: [schema, { type: "null" }] };
}

/** A schema whose value was not always there: what it was then, which it is where it is left out. */
export function since<T>(schema: Schema<T>, earlier: T): Schema<T> {
  return { ...schema, default: earlier };
}

const OPTIONAL = Symbol("optional");

/** A schema of a part that may be left out. */
export function optional<T>(schema: Schema<T>): Schema<T> {
  return Object.assign({ ...schema }, { [OPTIONAL]: true });
}

/** An object of these parts, of which those named in `left`, and those that are {@linkcode optional}, may be left out. */
export function object<T extends object>(
  fields: Fields<T>,
  ...left: (keyof T & string)[]
): Schema<T> {
  return {
    type: "object",
    properties: fields,
    required: Object.entries<Schema>(fields as Record<string, Schema>)
      .filter(([name, field]) => !(left as string[]).includes(name) && !(OPTIONAL in field))
      .map(([name]) => name),
    additionalProperties: false,
  };
}

/** Objects of several kinds, told apart by one part: `{ kind: "adam", ... }`. */
export function kinds<T extends object>(
  tag: string,
  fields: Readonly<Record<string, Readonly<Record<string, Schema>>>>,
): Schema<T> {
  return {
    type: "object",
    oneOf: Object.entries(fields).map(([name, parts]) =>
      object({ [tag]: { const: name }, ...parts } as Fields<Record<string, unknown>>)
    ),
  };
}

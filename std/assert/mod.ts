// Stand-in for jsr:@std/assert where JSR is out of reach: the real package's names, signatures and
// verdicts, for the functions this project uses and no others. Only the messages differ.
import { deepStrictEqual } from "node:assert";
import { inspect, stripVTControlCharacters } from "node:util";

/** Any constructor. */
// deno-lint-ignore no-explicit-any
export type AnyConstructor = new (...args: any[]) => any;
/** What a constructor makes. */
export type GetConstructorType<T extends AnyConstructor> = InstanceType<T>;

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = new (...args: any[]) => E;

/** What every failed assertion throws. */
export class AssertionError extends Error {
  /** The message is shown as it is. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

function reject(what: string, msg?: string): never {
  throw new AssertionError(msg ? `${what}: ${msg}` : `${what}.`);
}

/** Fails, always. */
export function fail(msg?: string): never {
  reject("Failed assertion", msg);
}

/** Fails unless `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** The values that JavaScript treats as false. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** Fails unless `expr` is falsy. */
export function assertFalse(expr: unknown, msg = ""): asserts expr is Falsy {
  if (expr) throw new AssertionError(msg);
}

/** Fails if `actual` is `null` or `undefined`. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual == null) reject(`Expected actual: "${actual}" to not be null or undefined`, msg);
}

/**
 * Deep equality: of values as `Object.is` has it, but that 0 equals -0 (a ReLU may give either); of objects of one
 * prototype, where none is as good as `Object`'s, by what is in them.
 */
export function equal(c: unknown, d: unknown): boolean {
  const open = new Map<unknown, unknown>();
  return alike(c, d);

  function alike(a: unknown, b: unknown): boolean {
    if (a === b || Object.is(a, b)) return true;
    if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
    if (!isObject(a) || !isObject(b) || lineage(a) !== lineage(b)) return false;
    if (a instanceof WeakMap || a instanceof WeakSet) {
      throw new TypeError(
        "what is in a weak collection cannot be compared: compare something else",
      );
    }
    if (a instanceof WeakRef) return alike(a.deref(), (b as WeakRef<WeakKey>).deref());
    const elements = elementsOf(a);
    if (elements) {
      const others = elementsOf(b)!;
      return elements.length === others.length &&
        elements.every((element, i) => element === others[i] || Object.is(element, others[i]));
    }
    // Within themselves, objects are as alike as the rest of them.
    if (open.get(a) === b) return true;
    if (Object.keys(a).length !== Object.keys(b).length) return false;
    open.set(a, b);
    if (isCollection(a) && isCollection(b)) return a.size === b.size && contain(a, b);
    if (isText(a)) return String(a) === String(b);
    return [...new Set([...keysOf(a), ...keysOf(b)])].every((key) =>
      alike(Reflect.get(a, key), Reflect.get(b, key)) && key in a === key in b
    );
  }

  // Whether every entry of the one has its like in the other; keys that are no objects need no search.
  function contain(a: Collection, b: Collection): boolean {
    const value = (of: Collection, key: unknown): unknown => of instanceof Map ? of.get(key) : key;
    const keys = [...a.keys()];
    if (!keys.some((key) => isObject(key) || typeof key === "function")) {
      return keys.every((key) => b.has(key) && alike(value(a, key), value(b, key)));
    }
    const found = keys.filter((key) =>
      [...b.keys()].some((other) => alike(key, other) && alike(value(a, key), value(b, other)))
    );
    return found.length === keys.length;
  }
}

type Collection = Map<unknown, unknown> | Set<unknown>;

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isCollection(value: object): value is Collection {
  return value instanceof Map || value instanceof Set;
}

function lineage(value: object): unknown {
  return Object.getPrototypeOf(value) ?? Object.prototype;
}

// The elements of a typed array, or the bytes of a buffer.
function elementsOf(value: object): Uint8Array | null {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return value as Uint8Array;
  const isBuffer = value instanceof ArrayBuffer ||
    "SharedArrayBuffer" in globalThis && value instanceof SharedArrayBuffer;
  return isBuffer ? new Uint8Array(value as ArrayBuffer) : null;
}

// What its text says all of.
function isText(value: object): boolean {
  const classes = [RegExp, URL, URLSearchParams, Intl.Locale] as AnyConstructor[];
  const prototype = Object.getPrototypeOf(value);
  if (classes.some((kind) => kind.prototype === prototype)) return true;
  return prototype?.[Symbol.toStringTag]?.startsWith?.("Temporal.") ?? false;
}

// The keys that count: those of plain objects and arrays, and of others all that they have and inherit.
function keysOf(value: object): PropertyKey[] {
  const roots: unknown[] = [Object.prototype, Array.prototype, null];
  let prototype = Object.getPrototypeOf(value);
  if (roots.includes(prototype)) return Reflect.ownKeys({ ...value });
  const keys = Reflect.ownKeys(value);
  for (; !roots.includes(prototype); prototype = Object.getPrototypeOf(prototype)) {
    keys.push(...Reflect.ownKeys(prototype));
  }
  return keys;
}

/** Names the first difference; of long arrays it shows the neighbourhood only. */
function difference(actual: unknown, expected: unknown): string {
  let place = "";
  const isArray = (x: unknown): x is Uint8Array => Array.isArray(x) || ArrayBuffer.isView(x);
  if (isArray(actual) && isArray(expected)) {
    let at = 0;
    while (at < actual.length && equal(actual[at], expected[at])) at++;
    place = ` First difference at index ${at} (lengths ${actual.length}, ${expected.length}).`;
    [actual, expected] = [actual.slice(at, at + 20), expected.slice(at, at + 20)];
  }
  try {
    deepStrictEqual(actual, expected);
    return place;
  } catch (error) {
    return `${place}\n${(error as Error).message}`;
  }
}

/** Fails unless `actual` and `expected` are deeply {@linkcode equal}. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(
    `Values are not equal${msg ? `: ${msg}` : "."}${difference(actual, expected)}`,
  );
}

/** Fails if `actual` and `expected` are deeply {@linkcode equal}. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) {
    reject(`Expected actual: ${inspect(actual)} not to be: ${inspect(expected)}`, msg);
  }
}

/** Fails unless `actual` is `expected` by `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (!Object.is(actual, expected)) {
    reject(`Values are not strictly equal: ${inspect(actual)}, ${inspect(expected)}`, msg);
  }
}

/** Fails unless the numbers are within `tolerance`, by default 1e-7 of `expected`. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance: number = Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const delta = Math.abs(expected - actual);
  if (delta <= tolerance) return;
  reject(
    `Expected actual: ${actual} to be close to ${expected}: ${delta} is greater than ${tolerance}`,
    msg,
  );
}

/** Fails unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) compared(actual, ">", expected, msg);
}

/** Fails unless `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual >= expected)) compared(actual, ">=", expected, msg);
}

/** Fails unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) compared(actual, "<", expected, msg);
}

/** Fails unless `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual <= expected)) compared(actual, "<=", expected, msg);
}

function compared(actual: unknown, sign: string, expected: unknown, msg?: string): never {
  throw new AssertionError(msg ?? `Expect ${inspect(actual)} ${sign} ${inspect(expected)}`);
}

/** Fails unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) {
    reject(`Expected actual: "${actual}" to contain: "${expected}"`, msg);
  }
}

/** Fails unless `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) reject(`Expected actual: "${actual}" to match: "${expected}"`, msg);
}

/** Fails unless `actual` is an instance of `expectedType`. */
export function assertInstanceOf<T extends AnyConstructor>(
  actual: unknown,
  expectedType: T,
  msg = "",
): asserts actual is GetConstructorType<T> {
  if (actual instanceof expectedType) return;
  reject(`Expected an instance of "${expectedType.name}" but was ${inspect(actual)}`, msg);
}

/** Fails unless `error` is an `ErrorClass` whose message, colours aside, has `msgMatches` in it. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: ErrorClass<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  assertInstanceOf(error, Error, msg);
  if (ErrorClass) assertInstanceOf(error, ErrorClass, msg);
  const message = stripVTControlCharacters(error.message);
  if (msgMatches instanceof RegExp) assertMatch(message, msgMatches, msg);
  else assertStringIncludes(message, stripVTControlCharacters(msgMatches ?? ""), msg);
}

/** Fails unless `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless `fn` throws an `ErrorClass` whose message has `msgIncludes` in it; returns it. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: ErrorClass<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  if (typeof classOrMsg === "string") return assertThrows(fn, undefined!, undefined, classOrMsg);
  try {
    fn();
  } catch (error) {
    requireError(error, classOrMsg, msgIncludes, msg);
    return error;
  }
  reject("Expected function to throw", msg);
}

// What is no class of errors asks for nothing, and no class asks for no message.
function requireError(
  error: unknown,
  ErrorClass: ErrorClass<Error> | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
): void {
  const { prototype } = ErrorClass ?? {};
  if (prototype instanceof Error || prototype === Error.prototype) {
    assertIsError(error, ErrorClass, msgIncludes, msg);
  }
}

/** Fails unless the promise of `fn` is rejected; resolves to the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Fails unless the promise of `fn` is rejected with such an `ErrorClass`; resolves to it. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorClass<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  if (typeof classOrMsg === "string") {
    return assertRejects(fn, undefined!, undefined, classOrMsg);
  }
  let promise;
  try {
    promise = fn();
  } catch (error) {
    throw new AssertionError(`Function throws when expected to reject: ${inspect(error)}`);
  }
  if (!isObject(promise) || typeof promise.then !== "function") {
    reject("Function throws when expected to reject", msg);
  }
  try {
    await promise;
  } catch (error) {
    requireError(error, classOrMsg, msgIncludes, msg);
    return error;
  }
  reject("Expected function to reject", msg);
}

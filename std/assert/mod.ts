// Stand-in for jsr:@std/assert where JSR is out of reach: the real package's names, signatures and
// verdicts, for the functions this project uses and no others. Only the messages differ.
import { deepStrictEqual } from "node:assert";
import { inspect, isDeepStrictEqual } from "node:util";

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
 * Deep equality. Where Node's differs from `@std/assert`'s it follows the latter: 0 equals -0 at
 * any depth (a ReLU may give either), and no prototype is as good as `Object`'s.
 */
export function equal(c: unknown, d: unknown): boolean {
  if (isDeepStrictEqual(c, d)) return true;
  if (typeof c === "number" && typeof d === "number") return c === d;
  if (typeof c !== "object" || typeof d !== "object" || c === null || d === null) return false;
  if ((c.constructor ?? Object) !== (d.constructor ?? Object)) return false;
  if (c instanceof Map && d instanceof Map) {
    return c.size === d.size && [...c].every(([k, v]) => d.has(k) && equal(v, d.get(k)));
  }
  // A second opinion only on what keeps all its content in its properties.
  const plain = Object.prototype.toString.call(c) === "[object Object]";
  if (!plain && !Array.isArray(c) && !ArrayBuffer.isView(c)) return false;
  const keys = Object.keys(c);
  return keys.length === Object.keys(d).length &&
    keys.every((key) => Object.hasOwn(d, key) && equal(Reflect.get(c, key), Reflect.get(d, key)));
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

/** Fails unless `error` is an `ErrorClass` whose message has `msgMatches` in it. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: ErrorClass<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  assertInstanceOf(error, ErrorClass ?? Error, msg);
  const { message } = error as Error;
  if (msgMatches instanceof RegExp) assertMatch(message, msgMatches, msg);
  else assertStringIncludes(message, msgMatches ?? "", msg);
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
    if (classOrMsg) assertIsError(error, classOrMsg, msgIncludes, msg);
    return error;
  }
  reject("Expected function to throw", msg);
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
  if (typeof promise?.then !== "function") reject("Function throws when expected to reject", msg);
  try {
    await promise;
  } catch (error) {
    if (classOrMsg) assertIsError(error, classOrMsg, msgIncludes, msg);
    return error;
  }
  reject("Expected function to reject", msg);
}

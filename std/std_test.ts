// The stand-ins must fail where the real packages fail; these tests pass with the real ones too.
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
} from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";

/** Without the functions under test: whether `fn` throws an AssertionError. */
function fails(fn: () => unknown): boolean {
  try {
    fn();
    return false;
  } catch (error) {
    if (error instanceof AssertionError) return true;
    throw error;
  }
}

function expect(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

const alike: [string, unknown, unknown][] = [
  ["NaN", NaN, NaN],
  ["zeros of both signs", 0, -0],
  ["such zeros in a typed array", new Float32Array([0, 1]), new Float32Array([-0, 1])],
  ["such zeros deep inside", { a: [{ b: 0 }] }, { a: [{ b: -0 }] }],
  ["maps", new Map([["a", [1]]]), new Map([["a", [1]]])],
  ["maps in another order", new Map([["a", 1], ["b", 0]]), new Map([["b", -0], ["a", 1]])],
  ["sets", new Set([1, 2]), new Set([2, 1])],
  ["dates", new Date(5), new Date(5)],
  ["a missing prototype", { a: 1 }, Object.assign(Object.create(null), { a: 1 })],
];

const different: [string, unknown, unknown][] = [
  ["number and string", 1, "1"],
  ["NaN and a number", NaN, 0],
  ["infinities", Infinity, -Infinity],
  ["null and undefined", null, undefined],
  ["typed array types", new Uint8Array([1]), new Int8Array([1])],
  ["typed array and array", new Uint8Array([1]), [1]],
  ["typed array elements", new Float32Array([1, NaN]), new Float32Array([1, Infinity])],
  ["lengths", [1, 2], [1, 2, 3]],
  ["an undefined property and none", { a: undefined }, {}],
  ["map values", new Map([["a", 1]]), new Map([["a", 2]])],
  ["sets", new Set([1]), new Set([2])],
  ["dates", new Date(5), new Date(6)],
  ["classes", new class A {}(), new class B {}()],
];

for (const [name, a, b] of alike) {
  Deno.test(`assertEquals() takes as equal: ${name}`, () => {
    expect(equal(a, b) && equal(b, a), "equal() says no");
    expect(!fails(() => assertEquals(a, b)), "assertEquals() fails");
    expect(fails(() => assertNotEquals(a, b)), "assertNotEquals() passes");
  });
}

for (const [name, a, b] of different) {
  Deno.test(`assertEquals() tells apart: ${name}`, () => {
    expect(!equal(a, b) && !equal(b, a), "equal() says yes");
    expect(fails(() => assertEquals(a, b)), "assertEquals() passes");
    expect(!fails(() => assertNotEquals(a, b)), "assertNotEquals() fails");
  });
}

const throwing = (): never => {
  throw new RangeError("seven is too many");
};
const verdicts: [passes: boolean, name: string, assertion: () => unknown][] = [
  [true, "assert", () => assert(1)],
  [false, "assert", () => assert("")],
  [true, "assertFalse", () => assertFalse(0)],
  [false, "assertFalse", () => assertFalse("0")],
  [true, "assertExists", () => assertExists(0)],
  [false, "assertExists", () => assertExists(null)],
  [false, "fail", () => fail("x")],
  [true, "assertStrictEquals", () => assertStrictEquals(NaN, NaN)],
  [false, "assertStrictEquals", () => assertStrictEquals([], [])],
  [true, "assertAlmostEquals at its default", () => assertAlmostEquals(1, 1 + 1e-8)],
  [false, "assertAlmostEquals at its default", () => assertAlmostEquals(1, 1 + 1e-6)],
  [true, "assertAlmostEquals", () => assertAlmostEquals(1, 1.5, 0.5)],
  [false, "assertAlmostEquals on NaN", () => assertAlmostEquals(NaN, 1, 10)],
  [false, "assertAlmostEquals on infinities", () => assertAlmostEquals(Infinity, -Infinity, 10)],
  [true, "assertGreater", () => assertGreater(2, 1)],
  [false, "assertGreater", () => assertGreater(1, 1)],
  [true, "assertGreaterOrEqual", () => assertGreaterOrEqual(1, 1)],
  [false, "assertGreaterOrEqual on NaN", () => assertGreaterOrEqual(NaN, 1)],
  [true, "assertLess", () => assertLess(1, 2)],
  [false, "assertLess on NaN", () => assertLess(NaN, 2)],
  [true, "assertLessOrEqual", () => assertLessOrEqual(1, 1)],
  [false, "assertLessOrEqual", () => assertLessOrEqual(2, 1)],
  [true, "assertStringIncludes", () => assertStringIncludes("abc", "b")],
  [false, "assertStringIncludes", () => assertStringIncludes("abc", "d")],
  [true, "assertMatch", () => assertMatch("abc", /^a/)],
  [false, "assertMatch", () => assertMatch("abc", /^b/)],
  [true, "assertInstanceOf", () => assertInstanceOf(new TypeError(), Error)],
  [false, "assertInstanceOf", () => assertInstanceOf({}, Error)],
  [true, "assertIsError", () => assertIsError(new RangeError("ab"), RangeError, /b$/)],
  [false, "assertIsError", () => assertIsError(new RangeError("ab"), RangeError, "c")],
  [true, "assertThrows", () => assertThrows(throwing, RangeError, "seven")],
  [false, "assertThrows by class", () => assertThrows(throwing, TypeError)],
  [false, "assertThrows by message", () => assertThrows(throwing, RangeError, "eight")],
  [false, "assertThrows without a throw", () => assertThrows(() => {})],
];

for (const [passes, name, assertion] of verdicts) {
  Deno.test(`${name}() ${passes ? "passes" : "fails"} as it should`, () => {
    expect(fails(assertion) !== passes, "it does not");
  });
}

Deno.test("assertThrows() returns the error", () => {
  assertStringIncludes(assertThrows(throwing, RangeError).message, "seven");
});

Deno.test("assertRejects() returns the reason, and fails for what does not reject as told", async () => {
  const rejecting = (): Promise<never> => Promise.reject(new RangeError("seven"));
  const { message } = await assertRejects(rejecting, RangeError, "sev");
  assertEquals(message, "seven");
  await assertRejects(rejecting);
  await assertRejects(() => assertRejects(rejecting, TypeError), AssertionError);
  await assertRejects(() => assertRejects(rejecting, RangeError, "eight"), AssertionError);
  await assertRejects(() => assertRejects(() => Promise.resolve()), AssertionError);
  await assertRejects(() => assertRejects(throwing), AssertionError);
});

Deno.test("parseArgs() types and defaults flags by their kind", () => {
  const args = parseArgs(
    ["train", "--json", "--seed", "3", "--backend=a", "--backend", "b", "-h", "--tag", "x", "7"],
    {
      boolean: ["json", "help", "quiet"],
      string: ["seed", "backend", "tag", "out"],
      collect: ["tag"],
      alias: { help: "h" },
      default: { epochs: 5 },
    },
  );
  const seed: string | undefined = args.seed;
  const json: boolean = args.json;
  const tags: string[] = args.tag;
  assertEquals([json, args.help, args.quiet], [true, true, false]);
  assertEquals([seed, args.backend, args.out, args.epochs], ["3", "b", undefined, 5]);
  assertEquals(tags, ["x"]);
  assertEquals(args._, ["train", 7]);
  assertEquals(parseArgs([], { string: ["tag"], collect: ["tag"] }).tag, []);
  assertEquals(parseArgs(["--tag=a", "--tag=b"], { string: ["tag"], collect: ["tag"] }).tag, [
    "a",
    "b",
  ]);
});

Deno.test("parseArgs() gives a string flag without a value the empty string", () => {
  const args = parseArgs(["--seed", "--out"], { string: ["seed", "out"] });
  assertEquals([args.seed, args.out], ["", ""]);
});

Deno.test("parseArgs() reports unknown flags and positional arguments, and drops them on false", () => {
  const seen: [string, string | undefined][] = [];
  const unknown = (arg: string, key?: string): boolean => {
    seen.push([arg, key]);
    return false;
  };
  const args = parseArgs(["go", "--colour=red", "--no-seed", "-x", "--seed", "1"], {
    string: ["seed"],
    unknown,
  });
  assertEquals(seen, [["go", undefined], ["--colour=red", "colour"], ["--no-seed", "no-seed"], [
    "-x",
    "x",
  ]]);
  assertEquals([args._, args.seed, args.colour], [[], "1", undefined]);
});

Deno.test("parseArgs() negates only what is negatable, and stops early", () => {
  const args = parseArgs(["--no-gpu", "run", "--gpu"], {
    boolean: ["gpu"],
    default: { gpu: true },
    negatable: ["gpu"],
    stopEarly: true,
  });
  assertEquals([args.gpu, args._], [false, ["run", "--gpu"]]);
  assertEquals(parseArgs(["--a", "--", "--b"], { boolean: ["a"] })._, ["--b"]);
});

describe("describe()", () => {
  const order: string[] = [];
  beforeAll(() => void order.push("all("));
  afterAll(() => {
    assertEquals(order.join(" "), "all( ( one ) ( [ two ] ) )all");
  });
  afterAll(() => void order.push("unseen"));
  beforeEach(() => void order.push("("));
  afterEach(() => void order.push(")"));
  it("runs its tests between its hooks", () => void order.push("one"));
  describe("and nested ones inside those", () => {
    beforeEach(() => void order.push("["));
    afterEach(() => void order.push("]"));
    it("too", () => void order.push("two"));
    afterAll(() => void order.push(")all"));
  });
  it.ignore("skips what is ignored", () => fail());
});

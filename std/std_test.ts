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

class Box {
  #content: unknown;
  constructor(content: unknown) {
    this.#content = content;
  }
  get content(): unknown {
    return this.#content;
  }
}

function cycle(n: number): unknown {
  const one: Record<string, unknown> = { n };
  one.self = one;
  return one;
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
  ["sets of objects", new Set([{ a: 1 }, [2]]), new Set([[2], { a: -0 + 1 }])],
  ["maps with objects for keys", new Map([[{ a: 1 }, 2]]), new Map([[{ a: 1 }, 2]])],
  ["buffers", Uint8Array.of(1, 2).buffer, Uint8Array.of(1, 2).buffer],
  ["invalid dates", new Date(NaN), new Date(NaN)],
  ["patterns", /a/g, /a/g],
  ["addresses", new URL("http://a/b"), new URL("http://a/b")],
  ["instances by their fields", new Box([1]), new Box([1])],
  ["objects within themselves", cycle(1), cycle(1)],
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
  ["instances by what they give", new Box(1), new Box(2)],
  ["sets of objects", new Set([{ a: 1 }]), new Set([{ a: 2 }])],
  ["a set and a map", new Set(), new Map()],
  ["buffers", Uint8Array.of(1, 2).buffer, Uint8Array.of(1, 3).buffer],
  ["patterns", /a/g, /a/i],
  ["addresses", new URL("http://a/b"), new URL("http://a/c")],
  ["symbols for keys", { [Symbol.iterator]: 1 }, { [Symbol.iterator]: 2 }],
  ["functions", () => 1, () => 1],
  ["objects within themselves", cycle(1), cycle(2)],
  ["errors from two places", new Error("a"), new Error("a")],
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
  [
    true,
    "assertIsError on a coloured message",
    () => assertIsError(new Error("\x1b[31mre\x1b[39md"), Error, "red"),
  ],
  [true, "assertIsError on any message", () => assertIsError(new Error("a"), Error, "")],
  [false, "assertIsError on what is no error", () => assertIsError({ message: "a" })],
  [true, "assertThrows", () => assertThrows(throwing, RangeError, "seven")],
  [false, "assertThrows on what is no error", () =>
    assertThrows(() => {
      throw "text";
    }, Error)],
  [true, "assertThrows of anything", () =>
    assertThrows(() => {
      throw "text";
    })],
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
});

// Everything that is made of the arguments, under options that say no more than the types of either package.
type Options = Parameters<typeof parseArgs>[1] & Record<string, unknown>;
const parsed: [name: string, args: string[], options: Record<string, unknown>, found: object][] = [
  ["an empty argument is no value", ["--only", "", "x"], { string: ["only"] }, {
    only: "",
    _: ["", "x"],
  }],
  ["an empty argument is no value of a letter", ["-o", "", "x"], { string: ["o"] }, {
    o: "",
    _: ["", "x"],
  }],
  ["an empty argument is not collected", ["--tag", ""], { string: "tag", collect: "tag" }, {
    tag: [""],
    _: [""],
  }],
  ["an empty argument after a flag of no kind", ["--x", ""], {}, { x: true, _: [""] }],
  ["an empty value after =", ["--only=", "x"], { string: ["only"] }, { only: "", _: ["x"] }],
  ["an empty value after =, of a letter", ["-o=", "x"], { string: ["o"] }, { o: "", _: ["x"] }],
  ["an empty value of no kind", ["--x=", "-y="], {}, { x: "", y: "", _: [] }],
  ["values with =", ["--a=b=c", "-d=e=f"], {}, { a: "b=c", d: "e=f", _: [] }],
  ["a hyphen is no value of a word", ["--a", "-"], { string: ["a"] }, { a: "", _: ["-"] }],
  ["a hyphen is a value of a letter", ["-a", "-"], { string: ["a"] }, { a: "-", _: [] }],
  ["a negative number is a flag", ["--a", "-5"], { string: ["a"] }, { a: "", "5": true, _: [] }],
  ["a value with a line's end", ["--a=x\ny"], {}, { a: "x\ny", _: [] }],
  ["numbers", ["1", "1e3", "0x1f", " 5 ", ".5", "1_0", "Infinity", "007"], {}, {
    _: [1, 1000, 31, 5, 0.5, "1_0", "Infinity", 7],
  }],
  ["numbers among the flags", ["--a", "1e3", "--b=0x1f", "-n5", "-m-5", "--c", "x1"], {}, {
    a: 1000,
    b: 31,
    n: 5,
    m: -5,
    c: "x1",
    _: [],
  }],
  ["texts that look like numbers", ["--a", "007", "-b8", "09"], { string: ["a", "b", "_"] }, {
    a: "007",
    b: "8",
    _: ["09"],
  }],
  ["true and false after a switch", ["--a", "false", "--b", "true", "--c", "yes"], {
    boolean: ["a", "b", "c"],
  }, { a: false, b: true, c: true, _: ["yes"] }],
  ["what follows = for a switch", ["--a=false", "--b=no"], { boolean: ["a", "b"] }, {
    a: false,
    b: true,
    _: [],
  }],
  ["every word as a switch", ["--a", "x", "--b=y", "-c", "z"], { boolean: true }, {
    a: true,
    b: "y",
    c: "z",
    _: ["x"],
  }],
  ["letters in one word", ["-abc", "x", "-xy=1", "-I/usr"], { string: ["b"] }, {
    a: true,
    b: "",
    c: "x",
    x: 1,
    I: "/usr",
    _: [],
  }],
  ["what follows --", ["a", "--b", "--", "--c", "7", ""], {}, {
    b: true,
    _: ["a", "--c", "7", ""],
  }],
  ["what follows --, apart", ["a", "--", "b", "--"], { "--": true }, {
    _: ["a"],
    "--": ["b", "--"],
  }],
  ["no- of what is not negatable", ["--no-a", "--no-b", "x"], { boolean: ["a"] }, {
    a: false,
    "no-a": true,
    "no-b": "x",
    _: [],
  }],
  ["no- of what is negatable", ["--no-gpu", "x"], { boolean: ["gpu"], negatable: ["gpu"] }, {
    gpu: false,
    _: ["x"],
  }],
  ["no- over a default", ["--no-gpu"], {
    boolean: ["gpu"],
    negatable: ["gpu"],
    default: { gpu: true },
  }, { gpu: false, _: [] }],
  ["no- and its alias", ["--no-g"], {
    string: ["gpu"],
    negatable: ["gpu"],
    alias: { gpu: "g" },
  }, { gpu: false, g: false, _: [] }],
  ["collected flags", ["--t=a", "--t", "b"], { string: ["t"], collect: ["t"] }, {
    t: ["a", "b"],
    _: [],
  }],
  ["collected flags of no kind", ["--t", "1"], { collect: ["t", "u"] }, { t: [1], _: [] }],
  ["collected flags that are not given", [], {
    string: ["s"],
    boolean: ["b"],
    collect: ["s", "b", "t"],
  }, { s: [], b: [], _: [] }],
  ["collected flags in the place of a default", ["--t", "c"], {
    string: ["t", "u"],
    collect: ["t", "u"],
    default: { t: ["a"], u: ["b"] },
  }, { t: ["c"], u: ["b"], _: [] }],
  ["the last of what is not collected", ["--a", "1", "--a", "2", "--a"], { string: ["a"] }, {
    a: "",
    _: [],
  }],
  ["other names", ["-v", "--name", "x"], {
    boolean: ["verbose"],
    string: ["n"],
    alias: { verbose: ["v", "loud"], n: "name" },
  }, { verbose: true, v: true, loud: true, n: "x", name: "x", _: [] }],
  ["defaults and other names", [], { alias: { a: "b" }, default: { a: 1, "c.d": 2 } }, {
    a: 1,
    b: 1,
    c: { d: 2 },
    _: [],
  }],
  ["names with dots", ["--a.b=1", "--a.c", "x", "--a.b=2"], { string: ["a.c"] }, {
    a: { b: 2, c: "x" },
    _: [],
  }],
  ["what follows the first that is no flag", ["--a", "--", "b"], { stopEarly: true }, {
    a: true,
    _: ["b"],
  }],
  ["flags after the first that is none", ["--gpu", "run", "--gpu", "7"], {
    boolean: ["gpu"],
    stopEarly: true,
  }, { gpu: true, _: ["run", "--gpu", "7"] }],
];
for (const [name, args, options, found] of parsed) {
  Deno.test(`parseArgs() as the real one: ${name}`, () => {
    assertEquals<unknown>(parseArgs(args, options as Options), found);
  });
}

Deno.test("parseArgs() reports unknown flags and positional arguments, and drops them on false", () => {
  const seen: unknown[][] = [];
  const unknown = (...told: unknown[]): boolean => {
    seen.push(told);
    return false;
  };
  const args = parseArgs(
    ["go", "--colour=red", "--no-seed", "-xy", "--seed", "1", "--seed", "", "--t", "a", "--n=5"],
    { string: ["seed"], collect: ["t"], unknown },
  );
  assertEquals(seen, [
    ["go"],
    ["--colour=red", "colour", "red"],
    ["--no-seed", "no-seed", true],
    ["-xy", "x", true],
    ["-xy", "y", true],
    [""],
    ["--n=5", "n", "5"],
  ]);
  assertEquals<unknown>(args, { seed: "", t: ["a"], _: [] });
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

const hooks = `
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
const order = [];
const told = (name, fails) => () => {
  order.push(name);
  if (fails) throw new Error(name);
};
beforeAll(function () { this.from = "all"; });
afterAll(told("end"));
beforeEach(told("("));
afterEach(told(")"));
describe("one", () => {
  beforeEach(told("[", true));
  afterEach(told("]"));
  it("is not run", told("never"));
});
describe("two", () => {
  afterAll(told("]]"));
  afterEach(told("]", true));
  it("fails", told("two", true));
  it("leaves nothing on this", function () { told(this.from)(); this.from = "test"; });
});
describe.ignore("none", () => {
  beforeAll(told("never"));
  it("is not run either", told("never"));
});
it("is a test by itself", function () { told(this.from)(); });
globalThis.addEventListener("unload", () => console.log("order: " + order.join(" ")));
`;

Deno.test("hooks outside of describe() are of the whole file, and those around one that throws still run", async () => {
  const config = new URL("../deno.json", import.meta.url);
  const path = await Deno.makeTempFile({ suffix: "_test.js" });
  try {
    await Deno.writeTextFile(path, hooks);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-prompt", "--no-check", `--config=${config.pathname}`, path],
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertMatch(text, /^global \.\.\./m);
    assertStringIncludes(text, "order: ( [ ) ( two ] ) ( all ] ) ]] ( all ) end\n");
  } finally {
    await Deno.remove(path);
  }
});

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  closestTo,
  decimal,
  describeFlags,
  type Flags,
  nearest,
  parse,
  whole,
} from "./arguments.ts";
import { UsageError } from "./errors.ts";

const FLAGS: Flags = {
  epochs: { value: "N", help: "passes over the images" },
  out: { value: "DIR", help: "the folder" },
  json: { value: "", help: "for programs" },
  help: { value: "", help: "this text" },
};

function refusal(...args: string[]): string {
  return assertThrows(() => parse("train", args, FLAGS), UsageError).message;
}

Deno.test("parse() gives values, switches and the rest", () => {
  const args = parse("train", ["a", "--epochs", "3", "--json", "--out=x=y", "b"], FLAGS);
  assertEquals([args.text("epochs"), args.text("out")], ["3", "x=y"]);
  assertEquals([args.given("json"), args.given("help")], [true, false]);
  assertEquals(args.rest, ["a", "b"]);
});

Deno.test("parse() takes what follows a switch for no value of it", () => {
  for (const word of ["true", "false", "0"]) {
    const args = parse("eval", ["--json", word], FLAGS);
    assertEquals([args.given("json"), args.rest], [true, [word]]);
  }
});

Deno.test("parse() gives undefined for a flag that is absent", () => {
  assertEquals(parse("train", [], FLAGS).text("epochs"), undefined);
});

Deno.test("parse() takes a negative number as a value", () => {
  assertEquals(parse("train", ["--epochs", "-1"], FLAGS).text("epochs"), "-1");
});

Deno.test("parse() leaves names that look like numbers as they are", () => {
  assertEquals(parse("eval", ["007", "1e3"], FLAGS).rest, ["007", "1e3"]);
  assertEquals(parse("eval", ["--out", "007"], FLAGS).text("out"), "007");
});

Deno.test("parse() takes what follows -- as no flag", () => {
  assertEquals(parse("eval", ["--json", "--", "--out", "--odd"], FLAGS).rest, ["--out", "--odd"]);
});

Deno.test("parse() takes -h for --help", () => {
  assertEquals(parse("train", ["-h"], FLAGS).given("help"), true);
});

Deno.test("parse() refuses an unknown flag with the nearest one", () => {
  assertEquals(refusal("--epoch=3"), "train has no flag --epoch: did you mean --epochs?");
  assertEquals(refusal("--no-json"), "train has no flag --no-json: did you mean --json?");
  assertEquals(refusal("--verbose"), "train has no flag --verbose: see ff train --help");
});

Deno.test("parse() refuses a value that is missing or empty", () => {
  const expected = "--epochs needs a value: --epochs N";
  for (const args of [["--epochs"], ["--epochs="], ["--epochs", ""], ["--epochs", "--json"]]) {
    assertEquals(refusal(...args), expected);
  }
  // Some parsers would take the next argument.
  assertEquals(refusal("--epochs=", "5"), expected);
});

Deno.test("parse() refuses a flag given twice, and a value for a switch", () => {
  assertEquals(refusal("--out", "a", "--out=b"), "--out is given 2 times: give it once");
  assertEquals(refusal("--json=maybe"), '--json takes no value: leave ="maybe" out');
});

Deno.test("closestTo() finds what is spelled alike, or the only name that holds the word", () => {
  const known = ["auto", "webgpu", "tfjs", "tfjs-wasm", "tfjs-cpu", "reference"];
  const words: Record<string, string | null> = {
    webgpuu: "webgpu",
    refrence: "reference",
    wasm: "tfjs-wasm",
    cpu: "tfjs-cpu",
    cuda: null,
    "": null,
  };
  for (const [word, meant] of Object.entries(words)) {
    assertEquals(closestTo(word, known), meant, word);
  }
});

Deno.test("nearest() lists everything when nothing is near", () => {
  assertEquals(nearest("xyzzy", ["quick", "keras"]), ": choose from quick, keras");
  assertEquals(nearest("kears", ["quick", "keras"]), ": did you mean keras?");
});

Deno.test("whole() takes whole numbers from a least one", () => {
  assertEquals([whole("n", "1", 1), whole("n", "060", 1), whole("n", "0", 0)], [1, 60, 0]);
  for (const text of ["0", "-1", "1.5", "1e3", "0x10", "abc", " 1", "", "9007199254740993"]) {
    const { message } = assertThrows(() => whole("epochs", text, 1), UsageError);
    assertEquals(message, `--epochs must be a whole number from 1, got ${JSON.stringify(text)}`);
  }
  const { message } = assertThrows(() => whole("batch-size", "half", 1, "full"), UsageError);
  assertStringIncludes(message, "a whole number from 1 or full, got");
});

Deno.test("decimal() takes finite numbers, above a bound if there is one", () => {
  assertEquals([decimal("x", "-0.5"), decimal("x", "1e-3", { above: 0 })], [-0.5, 0.001]);
  for (const text of ["0", "-1", "NaN", "Infinity", "abc", " "]) {
    const { message } = assertThrows(() => decimal("x", text, { above: 0 }), UsageError);
    assertEquals(message, `--x must be a number above 0, got ${JSON.stringify(text)}`);
  }
});

Deno.test("describeFlags() aligns what the flags do", () => {
  assertEquals(describeFlags({ epochs: FLAGS.epochs!, json: FLAGS.json! }).split("\n"), [
    "  --epochs N  passes over the images",
    "  --json      for programs",
  ]);
});

// Tests of what the benchmarks rest on: medians, ratios, turns and arguments.

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { parseArguments, select, UsageError } from "./_arguments.ts";
import { convolutions, unfoldedBytes } from "./cases/memory_maps.ts";
import { rows } from "./_rows.ts";
import { Tools } from "./_tools.ts";
import { alternate, median, ratioOf, requireAlike } from "./_measure.ts";

Deno.test("median() is the middle value, or the mean of the middle two", () => {
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([10, 1, 2, 4]), 3);
  assertEquals(median([7]), 7);
  assertThrows(() => median([]), RangeError, "no values");
});

Deno.test("median() leaves its values in order", () => {
  const values = [3, 1, 2];
  median(values);
  assertEquals(values, [3, 1, 2]);
});

Deno.test("ratioOf() is over 1 where the subject takes less", () => {
  assertEquals(ratioOf({ subject: [1, 2, 3], peer: [8, 4, 1] }), 2);
});

Deno.test("alternate() samples subject and peer in turns", async () => {
  const order: string[] = [];
  const side = (name: string, value: number) => (): Promise<number> => {
    order.push(name);
    return Promise.resolve(value);
  };
  const samples = await alternate({ subject: side("a", 1), peer: side("b", 2) }, 2);
  assertEquals(order, ["a", "b", "a", "b"]);
  assertEquals(samples, { subject: [1, 1], peer: [2, 2] });
});

Deno.test("alternate() refuses a sample that is no duration", async () => {
  const sides = { subject: () => Promise.resolve(NaN), peer: () => Promise.resolve(1) };
  await assertRejects(() => alternate(sides, 1), Error, "the subject's sample in round 1 is NaN");
});

Deno.test("requireAlike() refuses figures too far apart, and NaN", () => {
  assertEquals(requireAlike("loss", 4, 5, 0.3), 0.25);
  assertThrows(() => requireAlike("loss", 1, 1.3, 0.2), Error, "computes something else");
  assertThrows(() => requireAlike("loss", 1, NaN, 0.2), Error, "computes something else");
});

Deno.test("parseArguments() takes its flags, --only repeated or as a list", () => {
  const none = { only: [], rounds: 5, json: false, out: null, commit: null, help: false };
  assertEquals(parseArguments([]), none);
  assertEquals(
    parseArguments(
      [..."--only a,b --only=c --rounds 7 --json --out x.json --commit 1234abcd".split(" ")],
    ),
    {
      only: ["a", "b", "c"],
      rounds: 7,
      json: true,
      out: "x.json",
      commit: "1234abcd",
      help: false,
    },
  );
  assertEquals(parseArguments(["-h"]).help, true);
});

for (
  const [args, says] of [
    [["--round", "5"], "no flag --round"],
    [["all"], 'no argument "all"'],
    [["--rounds"], "--rounds needs a value"],
    [["--rounds", "0"], "--rounds must be a whole number"],
    [["--rounds", "2.5"], "--rounds must be a whole number"],
    [["--rounds", "1", "--rounds", "2"], "--rounds is given 2 times"],
    [["--out", "--json"], "--out needs a value"],
    [["--only", ""], "--only needs a value"],
    [["--only", "a", "--only", "", "x"], "--only needs a value"],
    [["--rounds=", "5"], "--rounds needs a value"],
    [[""], 'no argument ""'],
  ] as const
) {
  Deno.test(`parseArguments() refuses ${JSON.stringify(args)} in a sentence`, () => {
    assertThrows(() => parseArguments(args), UsageError, says);
  });
}

Deno.test("select() finds rows by name, subject or peer, and refuses what meets none", () => {
  const rows = [
    { name: "matmul/1", subject: "webgpu", peer: "tfjs" },
    { name: "score/1", subject: "onnx", peer: "pytorch" },
  ];
  assertEquals(select(rows, []), rows);
  assertEquals(select(rows, ["matmul"]), [rows[0]!]);
  assertEquals(select(rows, ["pytorch", "webgpu"]), rows);
  assertThrows(() => select(rows, ["memory"]), UsageError, "choose from matmul/1, score/1");
});

Deno.test("unfoldedBytes() counts a number for each tap of each window of each image", () => {
  const input = { channels: 2, rows: 5, columns: 4 };
  const convolution = { input, channels: 7, size: 3, stride: 2, padding: 1, groups: 1 };
  assertEquals(unfoldedBytes(convolution, 10), 4 * 10 * (3 * 2) * 2 * 9);
});

Deno.test("convolutions() are those that the recipe competing has on MNIST", () => {
  const sides = convolutions().map(({ input, channels, groups }) => [
    input.channels,
    input.rows,
    channels,
    groups,
  ]);
  assertEquals(sides, [[1, 28, 20, 1], [20, 28, 80, 10], [80, 14, 240, 1], [240, 14, 480, 10]]);
});

Deno.test("rows() has the recipe competing beside each of its peers", async () => {
  await using tools = new Tools();
  const found = select(rows(tools), ["train-epoch/competing"]);
  assertEquals(found.map(({ subject, peer }) => `${subject} | ${peer}`), [
    "onnx | pytorch",
    "webgpu | pytorch (cuda)",
    "webgpu | tfjs by hand",
  ]);
});

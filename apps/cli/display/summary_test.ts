import { assert, assertEquals } from "@std/assert";
import type { Evaluation } from "@forward-forward/core";
import { confusionTable, figures, layerTable, lossCurve } from "./summary.ts";
import { clock, count, duration, percent, plural } from "./words.ts";

const evaluation: Evaluation = {
  error: 0.0247,
  accuracy: 0.9753,
  count: 10,
  confusion: Int32Array.of(5, 0, 1, 4),
  goodnessError: 0.03,
  softmaxError: 0.0247,
  layerErrors: [0.05, 0.1],
};

Deno.test("figures() ends with the accuracy and the error", () => {
  assertEquals(figures(evaluation).split("\n"), [
    "errors by goodness 3.00 %, softmax 2.47 %",
    "test accuracy 97.53 % (error 2.47 %)",
  ]);
  assert(!figures({ ...evaluation, softmaxError: null }).includes("softmax"));
});

Deno.test("confusionTable() has a row for each true label and a dot for none", () => {
  assertEquals(confusionTable(evaluation).split("\n").slice(1), [
    "     │   0   1",
    "   0 │   5   ·",
    "   1 │   1   4",
  ]);
});

Deno.test("confusionTable() of many labels names the most frequent mistakes", () => {
  const classes = 300;
  const confusion = new Int32Array(classes * classes).fill(0);
  for (let label = 0; label < classes; label++) confusion[label * classes + label] = 9;
  confusion[4 * classes + 299] = 7;
  confusion[5 * classes + 1] = 8;
  assertEquals(confusionTable({ ...evaluation, confusion }).split("\n"), [
    "the most frequent mistakes among 300 labels",
    "5 taken for 1: 8",
    "4 taken for 299: 7",
  ]);
});

Deno.test("layerTable() has a row for each layer, with its training figures where they are known", () => {
  assertEquals(layerTable([500, 20], evaluation).split("\n"), [
    "layer  units  error alone",
    "    1    500       5.00 %",
    "    2     20      10.00 %",
  ]);
  const trained = [
    { loss: 1, positive: 500, negative: 400 },
    { loss: 2, positive: 20, negative: 10 },
  ];
  assertEquals(
    layerTable([500, 20], evaluation, trained).split("\n")[1],
    [
      "    1    500  1.000       500.0       400.0       5.00 %",
    ][0],
  );
});

Deno.test("layerTable() of a network that sees no labels has no errors", () => {
  const unseen = { ...evaluation, goodnessError: null, layerErrors: [] };
  assertEquals(layerTable([500], unseen).split("\n"), ["layer  units", "    1    500"]);
  assertEquals(figures(unseen).split("\n")[0], "errors by softmax 2.47 %");
});

Deno.test("lossCurve() draws two epochs or more, and says nothing of one", () => {
  assertEquals([lossCurve([]), lossCurve([1])], ["", ""]);
  for (const losses of [[2, 1], Array.from({ length: 250 }, (_, i) => 0.001 / (i + 1))]) {
    const [title, ...lines] = lossCurve(losses).split("\n");
    assertEquals(title, `loss over epochs 1 to ${losses.length}`);
    assert(lines.length >= 8 && lines.every((line) => line.length < 80), lines.join("\n"));
    assert(Number(lines[0]!.slice(0, 9)) === losses[0], lines[0]);
  }
  assert(lossCurve([1, 1, 1]).includes("1.00"), "a flat curve is one");
});

Deno.test("figures are worded for people", () => {
  assertEquals([percent(0.0247), count(60_000.4)], ["2.47 %", "60,000"]);
  assertEquals([plural(1, "epoch"), plural(5, "epoch")], ["1 epoch", "5 epochs"]);
  assertEquals([duration(12.34), duration(59.97), duration(65)], [
    "12.3 s",
    "1 min 00 s",
    "1 min 05 s",
  ]);
  assertEquals([clock(7), clock(725), clock(10_800)], ["0:07", "12:05", "3:00:00"]);
});

import { assertEquals, assertMatch } from "@std/assert";
import type { LayerReport } from "@forward-forward/core";
import { troubleSentence, troublesOf, TroubleWatch } from "./troubles.ts";

const report = (positive: number, negative: number): LayerReport => ({
  loss: 1,
  positive,
  negative,
});
const fine = report(600, 400);
const silent = report(1e-5, 1e-5);
const blind = report(500, 500);

Deno.test("troublesOf() names the layers that have stopped learning", () => {
  assertEquals(troublesOf([fine, silent, blind], [500, 500, 500]), [
    { layer: 2, trouble: "silent" },
    { layer: 3, trouble: "blind" },
  ]);
});

Deno.test("TroubleWatch says what has lasted for two epochs, once", () => {
  const watch = new TroubleWatch([500, 500]);
  assertEquals(watch.epoch([blind, silent]), []);
  assertEquals(watch.epoch([fine, silent]), [{ layer: 2, trouble: "silent" }]);
  assertEquals(watch.epoch([blind, silent]), []);
  assertEquals(watch.epoch([blind, silent]), [{ layer: 1, trouble: "blind" }]);
});

Deno.test("troubleSentence() names a learning rate to try", () => {
  assertMatch(
    troubleSentence({ layer: 1, trouble: "silent" }, 0.02),
    /^layer 1 is silent: .*; train anew with a lower learning rate \(--learning-rate 0\.002\)$/,
  );
});

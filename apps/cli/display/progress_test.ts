import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { EpochReport } from "@forward-forward/core";
import { showBar, trainingLine } from "./progress.ts";

const report: EpochReport = {
  epoch: 1,
  epochs: 5,
  images: 60_000,
  learningRate: 0.02,
  loss: 12.345,
  layers: [
    { loss: 10, positive: 500, negative: 400 },
    { loss: 14, positive: 300, negative: 200 },
  ],
  readoutError: 0.08,
  validation: null,
};
const validated: EpochReport = {
  ...report,
  validation: {
    error: 0.0725,
    accuracy: 0.9275,
    count: 1000,
    confusion: new Int32Array(100),
    goodnessError: 0.1,
    softmaxError: 0.0725,
    layerErrors: [0.1, 0.2],
  },
};
const NOW = { epoch: 2, epochs: 5, update: 300, updates: 600 };

Deno.test("trainingLine() tells everything where there is room", () => {
  assertEquals(
    trainingLine(NOW, validated, 60_000, 90, 200),
    `${"█".repeat(12)}${"░".repeat(28)}  30%  epoch 2/5  3:30 left  1,000 images/s  loss 12.3  ` +
      "validation error 7.25 %  goodness 400 vs 300",
  );
});

Deno.test("trainingLine() never exceeds the terminal, and leaves out the least important first", () => {
  for (let width = 1; width <= 160; width++) {
    const line = trainingLine(NOW, validated, 60_000, 90, width);
    assert(line.length <= Math.max(width, 5), `${line.length} at ${width}: ${line}`);
  }
  const narrow = trainingLine(NOW, validated, 60_000, 90, 80);
  for (const word of ["2/5", "3:30", "1K/s", "loss 12.3", "val. 7.25 %", "g 400 vs 300"]) {
    assertStringIncludes(narrow, word);
  }
  assertStringIncludes(trainingLine(NOW, validated, 60_000, 90, 30), "  30%  2/5  3:30");
});

Deno.test("trainingLine() shows the training error where nothing is held out", () => {
  assertStringIncludes(trainingLine(NOW, report, 60_000, 90, 200), "training error 8.00 %");
});

Deno.test("showBar() leaves the terminal as it was, and no trace of testing", () => {
  let written = "";
  // `cli-progress` moves the cursor through node:readline, which calls back.
  const screen = {
    isTTY: true,
    columns: 100,
    write(text: string, done?: () => void): boolean {
      written += text;
      done?.();
      return true;
    },
  };
  const bar = showBar(60_000, screen);
  bar.update({ epoch: 1, epochs: 1, update: 1, updates: 1 });
  bar.epoch(report, 1);
  bar.test(5000, 10_000);
  bar.stop();
  bar.stop();
  assertStringIncludes(written, "100%  epoch 1/1");
  assertStringIncludes(written, "testing 5,000 of 10,000 images");
  for (const [off, on] of [["\x1b[?25l", "\x1b[?25h"], ["\x1b[?7l", "\x1b[?7h"]] as const) {
    const times = (code: string): number => written.split(code).length - 1;
    assertEquals(times(off), 2);
    assertEquals(times(on), 2);
    assert(written.lastIndexOf(on) > written.lastIndexOf(off));
  }
  assert(!written.slice(written.lastIndexOf("testing")).includes("\n"), "the line is cleared");
});

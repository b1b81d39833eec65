// Tests of the parts of `./run`: flags, refusals, names, and what is put together in the end.

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../_arguments.ts";
import { OPENGL } from "../_machine.ts";
import type { Result } from "../_result.ts";
import { nameOf, parseRunArguments, requireAdapter } from "./_begin.ts";
import { suiteText } from "./_conformance.ts";
import { faults, merge } from "./_end.ts";
import type { State, SuiteResult } from "./_state.ts";

Deno.test("parseRunArguments() measures webgpu five times, with --quick once", () => {
  const usual = { only: ["webgpu"], rounds: 5, tests: "", opengl: false };
  assertEquals(parseRunArguments([]), usual);
  assertEquals(parseRunArguments(["--quick"]), { ...usual, rounds: 1 });
  assertEquals(parseRunArguments(["--quick", "--rounds", "3"]), { ...usual, rounds: 3 });
  assertEquals(
    parseRunArguments("--only matmul,score --only memory --tests relu --opengl".split(" ")),
    { only: ["matmul", "score", "memory"], rounds: 5, tests: "relu", opengl: true },
  );
});

for (
  const [args, says] of [
    [["--fast"], "there is no --fast"],
    [["matmul"], "there is no matmul"],
    [["--rounds", "0"], "--rounds must be a whole number"],
    [["--only"], "--only needs a value"],
    [["--tests"], "--tests needs a value"],
  ] as const
) {
  Deno.test(`parseRunArguments() refuses ${JSON.stringify(args)} in a sentence`, () => {
    assertThrows(() => parseRunArguments(args), UsageError, says);
  });
}

Deno.test("requireAdapter() refuses a machine with none, and OpenGL unless it is asked for", () => {
  const gpu = { adapter: "NVIDIA H100", driver: "NVIDIA, 550.54.15, Vulkan 1.3.277" };
  assertEquals(requireAdapter(gpu, false), "NVIDIA H100");
  const none = { adapter: null, driver: null };
  assertThrows(() => requireAdapter(none, true), UsageError, "there is no WebGPU adapter");
  const opengl = { ...gpu, driver: OPENGL };
  assertThrows(() => requireAdapter(opengl, false), UsageError, "or give --opengl");
  assertEquals(requireAdapter(opengl, true), "NVIDIA H100");
});

Deno.test("nameOf() is a date and an adapter in the letters of file names", () => {
  const name = nameOf("2026-11-27T13:12:42.139Z", "NVIDIA H100 80GB (HBM3), in software");
  assertEquals(name, "2026-11-27-nvidia-h100-80gb-hbm3-in-software");
});

const passed: SuiteResult = { suite: "tiles", passed: 9, failed: [], seconds: 1, complete: true };

const state = {
  command: "./run",
  machine: { load: 0.1, adapter: "NVIDIA H100", cuda: null },
  conformance: [passed],
  complete: false,
  rows: [],
  leftOut: [],
  failed: [],
} as unknown as State;

const measured = {
  command: "deno task bench",
  machine: { load: 2, adapter: "NVIDIA H100", cuda: "NVIDIA H100, CUDA 12.4" },
  complete: true,
  rows: [{ name: "matmul/1" }],
  leftOut: [],
  failed: [],
} as unknown as Result;

Deno.test("merge() takes the benchmark's figures, and keeps the run's command, load and conformance", () => {
  const { command, machine, conformance, rows, complete } = merge(state, measured);
  assertEquals([command, machine.load, conformance], ["./run", 0.1, [passed]]);
  assertEquals([machine.cuda, rows.length, complete], ["NVIDIA H100, CUDA 12.4", 1, true]);
});

Deno.test("faults() names what failed, what ended early and what was not run, and nothing else", () => {
  const whole = merge(state, measured);
  assertEquals(faults(whole), []);
  const one = (suite: Partial<SuiteResult>): string =>
    faults({ ...whole, conformance: [{ ...passed, ...suite }] }).join();
  assertStringIncludes(one({ complete: false }), "ENDED BEFORE ITS LAST TEST");
  assertStringIncludes(one({ passed: 0 }), "0 passed, 0 failed, 1 s, FAILED");
  assertStringIncludes(one({ failed: [{ test: "relu()", error: "is\nNaN" }] }), "relu(): is NaN");
  assertStringIncludes(faults({ ...whole, conformance: [] }).join(), "conformance was not tested");
  assertStringIncludes(faults(state).join(), "ended before its last row");
  const row = {
    name: "matmul/1",
    subject: "webgpu",
    peer: "tfjs",
    reason: "is wrong",
    remedy: null,
  };
  assertEquals(faults({ ...whole, failed: [row] }), ["matmul/1, webgpu beside tfjs: is wrong"]);
});

Deno.test("suiteText() shows the first ten failures and counts the others", () => {
  const failed = Array.from({ length: 12 }, (_, i) => ({ test: `test ${i}`, error: "wrong" }));
  const lines = suiteText({ ...passed, failed }).split("\n");
  assertEquals([lines.length, lines.at(-2), lines.at(-1)], [12, "  test 9: wrong", "  and 2 more"]);
});

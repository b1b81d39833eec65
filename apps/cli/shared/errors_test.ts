import { assertEquals } from "@std/assert";
import { TrainingError, UnavailableError } from "@forward-forward/core";
import { DataError } from "@forward-forward/datasets";
import { clause, explain, Interrupted, UsageError } from "./errors.ts";

Deno.test("clause() makes a sentence a part of one, and keeps names as they are", () => {
  assertEquals(clause("There is no adapter."), "there is no adapter");
  assertEquals(clause("TensorFlow.js may not read it."), "TensorFlow.js may not read it");
  assertEquals(clause("ONNX Runtime is missing"), "ONNX Runtime is missing");
  assertEquals(clause("one\n  line"), "one line");
  assertEquals(clause("Run Deno with it."), "run Deno with it");
});

Deno.test("explain() gives one line and the exit code", () => {
  const cases: [Error, string, number][] = [
    [new UsageError("a mistake"), "a mistake", 2],
    [new DataError("a damaged\nfile"), "a damaged file", 2],
    [new UnavailableError("There is none.", "Install one."), "there is none: install one", 2],
    [new Deno.errors.NotCapable("needs --allow-read"), "needs --allow-read", 2],
    [new TrainingError("layer 1 diverged"), "layer 1 diverged", 1],
    [new TypeError("a bug"), "a bug", 1],
    [new Interrupted("interrupted"), "interrupted", 130],
    [new Interrupted("interrupted", 143), "interrupted", 143],
  ];
  for (const [error, message, code] of cases) assertEquals(explain(error), { message, code });
  assertEquals(explain("thrown text"), { message: "thrown text", code: 1 });
});

// Random shapes: a few of each kind of operation, or as many as FF_SHAPES says. None is longer than the loops of a device may be:
// here they have no such limit, and what lanes of 32 bits sum up of millions of numbers in a row has fewer digits.

import { randomShapes } from "@forward-forward/core/conformance";
import { createBackend } from "./mod.ts";

randomShapes({
  name: "onnx",
  create: () => createBackend(),
  shapes: Number(Deno.env.get("FF_SHAPES") ?? 10),
  long: false,
  test: Deno.test,
});

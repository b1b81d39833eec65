// Random shapes on the processor: a few of each kind of operation, or as many as FF_SHAPES says; none is longer than the loops of
// devices may be, of which there are none here.

import { randomShapes } from "@forward-forward/core/conformance";
import { createBackend } from "./mod.ts";

for (const device of ["wasm", "cpu"] as const) {
  randomShapes({
    name: `tfjs-${device}`,
    create: () => createBackend({ device }),
    shapes: Number(Deno.env.get("FF_SHAPES") ?? 5),
    long: false,
    test: Deno.test,
  });
}

import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { conformance } from "@forward-forward/core/conformance";
import { type Block, Memory } from "./_memory.ts";
import { openOn } from "./_open.ts";
import { createBackend } from "./mod.ts";

conformance({ name: "onnx", create: () => createBackend(), test: Deno.test });

// Growing by nothing detaches every view of the memory, as growing does.
class GrowingMemory extends Memory {
  override take(operation: string, bytes: number): Block {
    const block = super.take(operation, bytes);
    this.wasm.grow(0);
    return block;
  }
}

conformance({
  name: "onnx, whose memory grows with every tensor",
  create: () => openOn(new GrowingMemory()),
  test: Deno.test,
});

Deno.test("onnx: a memory that grows with every tensor leaves no view of it in use", () => {
  const memory = new GrowingMemory();
  const view = new Uint8Array(memory.wasm.buffer);
  memory.take("test", 4);
  assertEquals(view.length, 0);
});

Deno.test("onnx: name and device say what computes", async () => {
  using backend = await createBackend({ threads: 1 });
  assertEquals(backend.name, "onnx");
  assertStringIncludes(backend.device, "ONNX Runtime 1.30.0 on 1 CPU threads");
});

Deno.test("onnx: createBackend() refuses a number of threads that is none", async () => {
  for (const threads of [0, -1, 1.5, NaN]) {
    await assertRejects(() => createBackend({ threads }), RangeError, "threads");
  }
});

Deno.test("onnx: memory that was given back holds nothing of what was in it", async () => {
  using backend = await createBackend();
  backend.fill([4, 4], 7).dispose();
  using labels = backend.upload(Int32Array.of(0, 1, 2, 3), [4, 1]);
  const [identity] = await backend.read([backend.oneHot(labels, 4)]);
  assertEquals(Array.from(identity!).reduce((a, b) => a + b), 4);
});

Deno.test("onnx: the fused updates refuse moments of another shape", async () => {
  using backend = await createBackend();
  const { fused } = backend;
  const [p, g] = [backend.fill([2, 3], 1), backend.fill([2, 3], 1)];
  const v = backend.fill([3, 2], 0);
  const step = { learningRate: 0.1, momentum: 0.9, decay: 0 };
  assertThrows(() => fused.momentum(p, g, v, step), TypeError, "momentum");
});

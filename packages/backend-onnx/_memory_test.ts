import { assert, assertEquals, assertThrows } from "@std/assert";
import { Memory } from "./_memory.ts";

const MIB = 2 ** 20;

Deno.test("Memory.take() joins idle neighbours before it grows, and parts them again", () => {
  const memory = new Memory();
  const small = Array.from({ length: 32 }, () => memory.take("test", MIB));
  const { byteLength } = memory.wasm.buffer;
  for (const block of small) memory.give(block);
  const large = [memory.take("test", 14 * MIB), memory.take("test", 14 * MIB)];
  assertEquals(memory.wasm.buffer.byteLength, byteLength);
  // Neither overlaps the other, nor ends behind the last of what was there.
  const [first, second] = large.sort((a, b) => a.at - b.at) as [typeof large[0], typeof large[0]];
  assert(first!.at + first!.size <= second!.at);
  assert(second!.at + second!.size <= small.at(-1)!.at + MIB);
  for (const block of large) memory.give(block);
  const again = Array.from({ length: 28 }, () => memory.take("test", MIB))
    .sort((a, b) => a.at - b.at);
  assertEquals(memory.wasm.buffer.byteLength, byteLength);
  again.forEach(({ at, size }, i) => assert(i === 0 || again[i - 1]!.at + size <= at));
});

Deno.test("Memory.take() joins no blocks that something lies between", () => {
  const memory = new Memory();
  const blocks = Array.from({ length: 8 }, () => {
    const block = memory.take("test", MIB);
    return { block, between: memory.take("test", 256) };
  });
  for (const { block } of blocks) memory.give(block);
  const { at, size } = memory.take("test", 4 * MIB);
  for (const { between } of blocks) assert(between.at + 256 <= at || between.at >= at + size);
});

Deno.test("Memory.take() gives no block that ends beyond the memory, however near its limit", () => {
  for (const bytes of [200 * 65_536, 3 * MIB, 300]) {
    const memory = new Memory({ mostPages: 600 });
    const taken: { at: number; size: number }[] = [];
    assertThrows(
      () => {
        while (taken.length < 1e6) {
          const block = memory.take("test", bytes);
          taken.push(block);
          assert(block.at + block.size <= memory.wasm.buffer.byteLength, `block ${taken.length}`);
        }
      },
      RangeError,
      `test: there is no memory for another ${bytes} bytes`,
    );
    assert(taken.length * bytes > 600 * 65_536 * 0.5, `only ${taken.length} blocks`);
  }
});

Deno.test("Memory.take() cuts a small block from idle ones where the memory grows no more", () => {
  const memory = new Memory({ mostPages: 256 });
  const large = memory.take("test", 14 * MIB);
  assertThrows(() => {
    for (;;) memory.take("test", 50_000);
  }, RangeError);
  memory.give(large);
  const { at, size } = memory.take("test", 50_000);
  assert(at >= large.at && at + size <= large.at + large.size);
});

Deno.test("Memory.take() makes a large block of small ones", () => {
  const memory = new Memory({ mostPages: 256 });
  const small = Array.from({ length: 240 }, () => memory.take("test", 50_000));
  for (const block of small) memory.give(block);
  const { at, size } = memory.take("test", 10 * MIB);
  assert(at + size <= small.at(-1)!.at + small.at(-1)!.size);
});

import { assertEquals, assertThrows } from "@std/assert";
import { frameInk } from "./frame_ink.ts";

const FRAME = { rows: 28, columns: 28 };

Deno.test("frameInk() scales strokes to 20 pixels and puts their middle in the middle, whatever their size and place", () => {
  // A block of so many pixels, from a corner of some paper.
  const block = (side: number, left: number, top: number, ink = 1): Uint8Array => {
    const width = 100;
    const values = new Float32Array(width * width);
    for (let y = top; y < top + side; y++) {
      values.fill(ink, y * width + left, y * width + left + side);
    }
    return frameInk({ ink: values, width, height: width }, FRAME);
  };
  const framed = block(20, 3, 70);
  assertEquals(framed.filter((value) => value === 255).length, 400);
  assertEquals(framed.filter((value) => value > 0).length, 400);
  for (const other of [block(40, 50, 0), block(60, 0, 40), block(20, 30, 30, 0.25)]) {
    assertEquals(other, framed);
  }
});

Deno.test("frameInk() refuses blank paper, and ink of another size than it says", () => {
  const ink = new Float32Array(100);
  assertThrows(() => frameInk({ ink, width: 10, height: 10 }, FRAME), TypeError, "there is no ink");
  assertThrows(
    () => frameInk({ ink: ink.fill(1), width: 10, height: 9 }, FRAME),
    TypeError,
    "ink of 10x9 cannot have 100 pixels",
  );
});

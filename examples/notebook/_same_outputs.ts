// Whether what a notebook's cells give is what they gave before.

import { decode } from "fast-png";
import { assert, assertEquals } from "@std/assert";
import type { Cell, Output } from "../../scripts/notebook.ts";

const NUMBER = /-?\d+(?:\.\d+)?(?:e-?\d+)?/g;

/** Throws unless both have the same cells, which give the same words and pictures, figures to about two digits. */
export function assertSameOutputs(found: readonly Cell[], saved: readonly Cell[]): void {
  assertEquals(found.map(({ id }) => id), saved.map(({ id }) => id));
  found.forEach(({ id, source, outputs = [] }, i) => {
    const before = saved[i]!;
    assertEquals(source, before.source, id);
    const kinds = (all: readonly Output[]): string[] => all.map(({ output_type }) => output_type);
    assertEquals(kinds(outputs), kinds(before.outputs ?? []), id);
    outputs.forEach((output, o) => assertSameOutput(id, output, before.outputs![o]!));
  });
}

function assertSameOutput(id: string, found: Output, saved: Output): void {
  if (found.output_type === "stream" && saved.output_type === "stream") {
    assertEquals(found.name, saved.name, id);
    assertSameText(id, found.text.join(""), saved.text.join(""), 0.05);
  } else if (found.output_type !== "stream" && saved.output_type !== "stream") {
    assertEquals(Object.keys(found.data), Object.keys(saved.data), id);
    for (const [type, data] of Object.entries(found.data)) {
      const [now, before] = [data, saved.data[type]!].map((lines) => [lines].flat().join(""));
      if (type === "image/png") assertSamePicture(id, now!, before!);
      else assertSameText(id, now!, before!, 1);
    }
  }
}

// The words are the same, and the numbers to a fiftieth or to `least`.
function assertSameText(id: string, found: string, saved: string, least: number): void {
  assertEquals(found.replaceAll(NUMBER, "#"), saved.replaceAll(NUMBER, "#"), id);
  const before = saved.match(NUMBER) ?? [];
  (found.match(NUMBER) ?? []).forEach((text, i) => {
    const [now, then] = [Number(text), Number(before[i])];
    const most = Math.max(least, 0.02 * Math.abs(then));
    assert(Math.abs(now - then) <= most, `${id}: ${now} was ${then}`);
  });
}

// Base64 of PNG files of one size, whose grey levels differ by less than one on the average.
function assertSamePicture(id: string, found: string, saved: string): void {
  const [now, then] = [found, saved].map((text) =>
    decode(Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0)))
  );
  assertEquals([now!.width, now!.height], [then!.width, then!.height], id);
  const levels = Array.from(now!.data);
  const apart = levels.reduce((sum, level, i) => sum + Math.abs(level - then!.data[i]!), 0);
  assert(apart < levels.length, `${id}: the picture differs by ${apart / levels.length} a pixel`);
}

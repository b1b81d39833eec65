// Thousands of damaged files, or FF_MUTANTS of each kind: each is read as what it says or refused with a DataError, nothing else.

import { assert, assertEquals } from "@std/assert";
import { gzip, idx, inTime, mutantCount, pixels } from "./_testing.ts";
import { DataError, type IdxImages, type IdxLabels, parseIdx } from "./mod.ts";

/** Whole numbers below a limit, from Marsaglia's xorshift. */
function generator(seed: number): (below: number) => number {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

/** A copy with one to four bytes changed, inserted, removed, or the end cut off. */
function mutate(original: Uint8Array, random: (below: number) => number): Uint8Array {
  const bytes = [...original];
  for (let edits = 1 + random(4); edits > 0; edits--) {
    const at = random(bytes.length);
    const header = random(Math.min(20, bytes.length));
    const edit = random(6);
    if (edit === 0) bytes[at]! ^= 1 << random(8);
    else if (edit === 1) bytes[header] = random(256);
    else if (edit === 2) bytes[header] = [0, 1, 2, 3, 8, 127, 255][random(7)]!;
    else if (edit === 3) bytes.splice(at, 0, random(256));
    else if (edit === 4 && bytes.length > 1) bytes.splice(at, 1);
    else if (edit === 5 && random(4) === 0) bytes.length = Math.max(1, at);
  }
  return Uint8Array.from(bytes);
}

/** What the bytes say, by a second, naive reading; undefined if they should be refused. */
function expected(bytes: Uint8Array): IdxImages | IdxLabels | undefined {
  const numbers: number[] = [];
  for (let at = 0; at + 4 <= Math.min(20, bytes.length); at += 4) {
    numbers.push(bytes.slice(at, at + 4).reduce((value, byte) => value * 256 + byte, 0));
  }
  const [magic, count = 0, rows = 0, columns = 0, last = 0] = numbers;
  if (magic === 2049 && count > 0 && bytes.length === 8 + count) {
    return { kind: "labels", count, data: bytes.slice(8) };
  }
  if (magic === 0xc02 && rows === 8 && count > 0 && bytes.length === 12 + 32 * count) {
    const rows = new DataView(bytes.buffer, 12);
    const data = Array.from({ length: count }, (_, i) => rows.getInt32(32 * i));
    if (data.some((label) => label < 0 || label > 0xffff)) return;
    return { kind: "labels", count, data: Uint16Array.from(data) };
  }
  const size = count * rows * columns;
  if (magic === 2051 && size > 0 && bytes.length === 16 + size) {
    return { kind: "images", count, rows, columns, data: bytes.slice(16) };
  }
  if (magic === 2052 && size * last > 0 && bytes.length === 20 + size * last) {
    return inColour(count, [rows, columns, last], bytes.slice(20));
  }
}

function inColour(count: number, axes: [number, number, number], bytes: Uint8Array): IdxImages {
  const [first, middle, last] = axes;
  const [isFirst, isLast] = [first, last].map((n) => n === 1 || n === 3 || n === 4);
  if (isFirst === isLast ? first < last : isFirst) {
    const size = { rows: middle, columns: last, ...(first > 1 ? { channels: first } : {}) };
    return { kind: "images", count, ...size, data: bytes };
  }
  const size = { rows: first, columns: middle, ...(last > 1 ? { channels: last } : {}) };
  const data: number[] = [];
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < last; c++) {
      for (let p = 0; p < first * middle; p++) {
        data.push(bytes[(i * first * middle + p) * last + c]!);
      }
    }
  }
  return { kind: "images", count, ...size, data: Uint8Array.from(data) };
}

async function outcome(bytes: Uint8Array): Promise<IdxImages | IdxLabels | undefined> {
  try {
    return await inTime(() => parseIdx(bytes, "a mutant"));
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

const PLAIN = mutantCount(5000);
const COMPRESSED = mutantCount(1000);
const originals = {
  images: idx([3, 2, 4], pixels(24)),
  "colour images": idx([2, 2, 4, 3], pixels(48)),
  labels: idx([12], pixels(12)),
  "QMNIST's labels": idx([2, 8], pixels(64).map((n, i) => i % 4 < 2 ? 0 : n), 0x0c),
};
const packs: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  gzip,
  "gzip of two members": (bytes) =>
    Uint8Array.from([...gzip(bytes.subarray(0, 9)), ...gzip(bytes.subarray(9))]),
  "gzip padded with zeros": (bytes) => Uint8Array.from([...gzip(bytes), ...new Uint8Array(64)]),
};

for (const [kind, original] of Object.entries(originals)) {
  Deno.test(`parseIdx() reads or refuses ${PLAIN} mutants of a file of ${kind}`, async () => {
    const random = generator(20221213);
    let accepted = 0;
    for (let i = 0; i < PLAIN; i++) {
      const mutant = mutate(original, random);
      const result = await outcome(mutant);
      assertEquals(result, expected(mutant), `mutant ${i}: ${mutant}`);
      if (result) accepted++;
    }
    // Neither verdict is vacuous.
    assert(accepted > PLAIN * 0.1 && accepted < PLAIN * 0.9, `${accepted} accepted`);
  });

  for (const [how, pack] of Object.entries(packs)) {
    Deno.test(`parseIdx() reads or refuses ${COMPRESSED} mutants of ${kind} in ${how}`, async () => {
      const random = generator(1986);
      const compressed = pack(original);
      const intact = expected(original);
      let accepted = 0;
      for (let i = 0; i < COMPRESSED; i++) {
        const mutant = mutate(compressed, random);
        const result = await outcome(mutant);
        // The checksum lets through only what does not touch the content, such as the file's date.
        if (result) assertEquals(result, intact, `mutant ${i}: ${mutant}`);
        if (result) accepted++;
      }
      assert(accepted > COMPRESSED * 0.01 && accepted < COMPRESSED * 0.5, `${accepted} accepted`);
    });
  }
}

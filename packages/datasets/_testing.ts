// Files for the tests.

import process from "node:process";
import { gzipSync } from "node:zlib";

/** An IDX file with these dimensions and elements, whether or not they agree. */
export function idx(dimensions: number[], elements: ArrayLike<number>, type = 0x08): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * dimensions.length));
  header.setUint32(0, type << 8 | dimensions.length);
  dimensions.forEach((size, i) => header.setUint32(4 + 4 * i, size));
  return Uint8Array.from([...new Uint8Array(header.buffer), ...Array.from(elements)]);
}

/** Bytes that are told apart: 0, 7, 14, ... modulo 256. */
export function pixels(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => 7 * i);
}

/** Compressed by gzip. */
export function gzip(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(bytes));
}

/** How many mutants a test tries: as many as usual, or `FF_MUTANTS`. */
export function mutantCount(usual: number): number {
  return Number(Deno.env.get("FF_MUTANTS") ?? usual);
}

/** The longest that a mutant may keep a parser busy, in milliseconds of processors' time: what else a machine does is no matter. */
const LONGEST = 2000;

function busy(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Tries one mutant, which must be read or refused before long. */
export async function inTime<T>(body: () => T | Promise<T>): Promise<T> {
  const begun = busy();
  const tried = (async (): Promise<T> => await body())();
  await tried.catch(() => {});
  const took = busy() - begun;
  if (took > LONGEST) throw new Error(`a mutant took ${took} ms`);
  return await tried;
}

/** The files of CIFAR-10's binary layout, with so many images of noise in each of its five batches and to test with. */
export function cifarFiles(
  { perBatch, test }: { perBatch: number; test: number },
  pixel: (label: number, channel: number, place: number) => number = (_, c, p) => 13 * c + p,
): Record<string, Uint8Array> {
  let next = 0;
  const batch = (count: number): Uint8Array => {
    const records = Array.from({ length: count }, () => {
      const label = next++ % 10;
      const planes = Array.from(
        { length: 3072 },
        (_, at) => pixel(label, Math.floor(at / 1024), at % 1024) + next,
      );
      return [label, ...planes];
    });
    return Uint8Array.from(records.flat());
  };
  const names = "airplane automobile bird cat deer dog frog horse ship truck".split(" ");
  return {
    ...Object.fromEntries(
      [1, 2, 3, 4, 5].map((n) => [`data_batch_${n}.bin`, batch(perBatch)]),
    ),
    "test_batch.bin": batch(test),
    // As the publisher's, with an empty line at the end.
    "batches.meta.txt": new TextEncoder().encode(`${names.join("\n")}\n\n`),
  };
}

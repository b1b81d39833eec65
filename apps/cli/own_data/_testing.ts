// Files of labelled images for the tests, and mutants of them.

import { type ColumnSource, parquetWriteBuffer, type SchemaElement } from "hyparquet-writer";
import { assert, assertEquals } from "@std/assert";
import { inTime, mutantCount } from "../../../packages/datasets/_testing.ts";
import { DataError } from "@forward-forward/datasets";
import { makeZip } from "../data/_testing.ts";
import { UsageError } from "../shared/errors.ts";
import { generator, mutate } from "../images/_testing.ts";
import type { Labelled } from "./labelled.ts";

export { generator } from "../images/_testing.ts";

/** The file of that name in `fixtures`. */
export async function fixture(name: string): Promise<Uint8Array> {
  return await Deno.readFile(new URL(`fixtures/${name}`, import.meta.url));
}

/** What `fixtures/make_npz.py` writes. */
export function expected(first: number, count: number): Labelled {
  const places = Array.from({ length: count * 12 }, (_, at) => {
    const [i, row, column] = [first + Math.floor(at / 12), Math.floor(at / 3) % 4, at % 3];
    return (7 * i + 31 * row + 3 * column) % 251;
  });
  const labels = Uint8Array.from({ length: count }, (_, i) => (first + i) % 4);
  return { images: Uint8Array.from(places), labels, rows: 4, columns: 3 };
}

const optional = { repetition_type: "OPTIONAL" } as const;
const HUGGING_FACE: SchemaElement[] = [
  { name: "root", num_children: 2 },
  { name: "image", num_children: 2, ...optional },
  { name: "bytes", type: "BYTE_ARRAY", ...optional },
  { name: "path", type: "BYTE_ARRAY", converted_type: "UTF8", ...optional },
  { name: "label", type: "INT64", ...optional },
];

/** How {@linkcode makeParquet} writes. */
export interface ParquetLayout {
  /** As the writer's own. */
  codec?: "UNCOMPRESSED" | "SNAPPY";
  /** Rows of a group. */
  rowGroupSize?: number;
  /** Names of the labels, as Hugging Face notes them. */
  names?: string[];
}

/** A table of pictures and labels as Hugging Face has them, by another program than the one that reads it. */
export function makeParquet(
  pictures: (Uint8Array | null)[],
  labels: (number | null)[],
  { codec = "SNAPPY", rowGroupSize = 1000, names }: ParquetLayout = {},
): Uint8Array {
  const info = { info: { features: { label: { names, _type: "ClassLabel" } } } };
  return makeTable(HUGGING_FACE, {
    image: pictures.map((bytes, i) => bytes && { bytes, path: `${i}.png` }),
    label: labels.map((label) => label === null ? null : BigInt(label)),
  }, {
    codec,
    rowGroupSize,
    ...(names ? { kvMetadata: [{ key: "huggingface", value: JSON.stringify(info) }] } : {}),
  });
}

/** Any table. */
export function makeTable(
  schema: SchemaElement[] | undefined,
  columns: Record<string, unknown[]>,
  options: Omit<Parameters<typeof parquetWriteBuffer>[0], "columnData"> = {},
): Uint8Array {
  const columnData = Object.entries(columns).map(([name, data]) =>
    ({ name, data }) as ColumnSource
  );
  return new Uint8Array(
    parquetWriteBuffer({ columnData, ...(schema ? { schema } : {}), ...options }),
  );
}

/** Tries mutants of files, or FF_MUTANTS: each is read, and then passes `check`, or refused, nothing else. */
export async function tryMutants<T>(
  usual: number,
  originals: readonly Uint8Array[],
  read: (mutant: Uint8Array) => T | Promise<T>,
  check: (result: Awaited<T>, mutant: Uint8Array, original: number) => void,
): Promise<void> {
  const count = mutantCount(usual);
  const random = generator(1998);
  let accepted = 0;
  for (let i = 0; i < count; i++) {
    const original = i % originals.length;
    const mutant = mutate(originals[original]!, random);
    let result;
    try {
      result = await inTime(() => read(mutant));
    } catch (error) {
      assert(error instanceof DataError || error instanceof UsageError, `mutant ${i}: ${error}`);
      assert(!/\n|\bat .*:\d/.test(error.message), error.message);
      continue;
    }
    accepted++;
    check(result, mutant, original);
  }
  console.log(`${count} mutants, ${accepted} read`);
  // Neither verdict is vacuous.
  assert(accepted > count / 200 && accepted < count * 0.95, `${accepted} accepted`);
}

/** That the parts of labelled images agree. */
export function assertConsistent({ images, labels, rows, columns, channels = 1 }: Labelled): void {
  assertEquals(images.length, labels.length * rows * columns * channels);
  assert(images.length > 0);
}

/** An array of bytes as NumPy writes it; `shape` and `descr` as Python writes them. */
export function makeNpy(
  shape: string,
  elements: ArrayLike<number>,
  { descr = "'|u1'" } = {},
): Uint8Array {
  const header = `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`;
  const text = new TextEncoder().encode(`\x01\0..${header}`);
  new DataView(text.buffer).setUint16(2, header.length, true);
  const magic = [0x93, ...new TextEncoder().encode("NUMPY")];
  return Uint8Array.from([...magic, ...text, ...Array.from(elements)]);
}

/** An archive of such arrays. */
export function makeNpz(
  arrays: Record<string, [shape: number[], elements: ArrayLike<number>]>,
): Uint8Array {
  return makeZip(Object.fromEntries(
    Object.entries(arrays).map((
      [name, [shape, elements]],
    ) => [`${name}.npy`, makeNpy(`(${shape.join(", ")},)`, elements)]),
  ));
}

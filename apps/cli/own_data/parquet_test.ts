// Tables that another program writes than the one that reads them.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { binary, int64, tableFromArrays, tableToIPC } from "@uwdata/flechette";
import { Compression, Table, writeParquet, WriterPropertiesBuilder } from "parquet-wasm";
import { DataError } from "@forward-forward/datasets";
import { UsageError } from "../shared/errors.ts";
import { makeGreyPng, makeJpeg } from "../images/_testing.ts";
import { assertConsistent, makeParquet, makeTable, tryMutants } from "./_testing.ts";
import { parseParquet } from "./parquet.ts";

const IMAGES = Array.from(
  { length: 9 },
  (_, i) => Uint8Array.from({ length: 12 }, (_, p) => (50 * i + 17 * p) % 256),
);
const LABELS = [0, 1, 2, 0, 1, 2, 2, 1, 0];
const pngs = IMAGES.map((pixels) => makeGreyPng(pixels, 4));
const data = {
  images: Uint8Array.from(IMAGES.flatMap((image) => [...image])),
  labels: Uint8Array.from(LABELS),
  rows: 3,
  columns: 4,
};

Deno.test("parseParquet() reads a table as Hugging Face has it, compressed or not, of one row group or several", async () => {
  for (const codec of ["SNAPPY", "UNCOMPRESSED"] as const) {
    for (const rowGroupSize of [1000, 2]) {
      const file = makeParquet(pngs, LABELS, { codec, rowGroupSize, names: ["a", "b", "c"] });
      assertEquals(await parseParquet(file, "x.parquet"), { data, names: ["a", "b", "c"] });
    }
  }
  assertEquals(await parseParquet(makeParquet(pngs, LABELS), "x.parquet"), { data, names: null });
});

Deno.test("parseParquet() reads bare files, other columns beside them, and labels of 32 bits", async () => {
  const file = makeTable(undefined, {
    id: IMAGES.map((_, i) => `number ${i}`),
    label: Int32Array.from(LABELS) as unknown as number[],
    image: pngs,
  });
  assertEquals((await parseParquet(file, "x.parquet")).data, data);
});

Deno.test("parseParquet() reads what Arrow's program writes, in every way of packing", async () => {
  const table = tableFromArrays({ image: pngs, label: LABELS }, {
    types: { image: binary(), label: int64() },
  });
  const stream = tableToIPC(table, { format: "stream" })!;
  for (const codec of ["SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4_RAW"] as const) {
    const properties = new WriterPropertiesBuilder().setCompression(Compression[codec]).build();
    const file = writeParquet(Table.fromIPCStream(stream), properties);
    assertEquals((await parseParquet(file, "x.parquet")).data, data, codec);
  }
});

Deno.test("parseParquet() reads JPEG", async () => {
  const grey = new Uint8Array(64).fill(99);
  const file = makeParquet([await makeJpeg(grey, 8), await makeJpeg(grey, 8)], [1, 0]);
  const { data } = await parseParquet(file, "x.parquet");
  assertEquals([data.rows, data.columns], [8, 8]);
  assert(data.images.every((pixel) => Math.abs(pixel - 99) < 4));
});

async function assertRefused(file: Uint8Array, ...words: string[]): Promise<void> {
  const error = await assertRejects(() => parseParquet(file, "x.parquet")) as Error;
  assert(error instanceof DataError || error instanceof UsageError, `${error}`);
  for (const word of ["x.parquet", ...words]) assertStringIncludes(error.message, word);
}

const [png] = pngs as [Uint8Array];
const file = makeParquet(pngs, LABELS);
const faults: Record<string, [file: Uint8Array, ...words: string[]]> = {
  "no pictures": [
    makeTable(undefined, { text: ["a", "b"], label: Int32Array.of(0, 1) as unknown as number[] }),
    "the columns text, label",
    "none of pictures",
  ],
  "no labels": [makeTable(undefined, { image: pngs }), "none of labels by name"],
  "words for labels": [
    makeTable(undefined, { image: pngs, label: LABELS.map(String) }),
    "row 0 of",
    "no whole number in the column label",
  ],
  "words for pictures": [
    makeTable(undefined, { image: LABELS.map(String), label: LABELS.map(String) }),
    "row 0 of",
    "no picture in the column image",
  ],
  "a picture that is missing": [makeParquet([png, null], [0, 1]), "row 1 of", "no picture"],
  "a label that is missing": [makeParquet([png, png], [0, null]), "row 1 of", "no whole number"],
  "a label below zero": [makeParquet([png, png], [0, -1]), "the label -1 at index 1"],
  "another format of pictures": [
    makeParquet([png, new TextEncoder().encode("GIF89a...")], [0, 1]),
    "row 1 of",
    "is a GIF picture: save the picture as PNG or JPEG",
  ],
  "a damaged picture": [makeParquet([png, png.subarray(0, 40)], [0, 1]), "row 1 of"],
  "pictures of two sizes": [
    makeParquet([png, makeGreyPng(new Uint8Array(12), 3)], [0, 1]),
    "row 1 of x.parquet has 3x4 pixels and row 0 of x.parquet 4x3: bring the pictures to one size",
  ],
  "no rows": [makeParquet([], []), ""],
  "a file that is cut": [file.subarray(0, file.length - 20), "damaged Parquet table"],
  "a file cut to its beginning": [file.subarray(0, 6), "damaged Parquet table"],
};
for (const [what, [file, ...words]] of Object.entries(faults)) {
  Deno.test(`parseParquet() refuses ${what}, and says what would do`, () =>
    assertRefused(file, ...words));
}

/** The first page of a file, made to claim the most that as many bytes can say: a type, then its length unfolded. */
function claiming(file: Uint8Array): Uint8Array {
  const claims = file.slice();
  let at = 7;
  assertEquals(claims[6], 0x15);
  for (; claims[at]! & 0x80; at++) claims[at] = 0xfe | (at > 7 ? 1 : 0);
  claims[at] = 0x7f;
  return claims;
}

Deno.test("parseParquet() refuses a table that claims to unfold to more than it can, before it does", async () => {
  const long = [new Uint8Array(3_000_000), png];
  for (const codec of ["SNAPPY", "UNCOMPRESSED"] as const) {
    const file = makeParquet(long, [0, 1], { codec });
    await assertRefused(
      claiming(file),
      "claims to unfold a page of",
      "to 134217727, which they cannot",
    );
  }
  const nothing = Array.from({ length: 100_000 }, () => null);
  await assertRefused(makeParquet(nothing, nothing), " rows, more than it has bytes");
});

Deno.test("parseParquet() reads or refuses mutants of tables", async () => {
  const originals = [
    makeParquet(pngs, LABELS, { codec: "UNCOMPRESSED", names: ["a", "b", "c"] }),
    makeParquet(pngs, LABELS, { rowGroupSize: 4 }),
  ];
  await tryMutants(
    600,
    originals,
    (mutant) => parseParquet(mutant, "x"),
    ({ data }) => assertConsistent(data),
  );
});

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DataError } from "@forward-forward/datasets";
import { makeZip } from "../data/_testing.ts";
import { assertConsistent, expected, fixture, makeNpy, tryMutants } from "./_testing.ts";
import type { Labelled } from "./labelled.ts";
import { openNpz } from "./npz.ts";

const train = expected(0, 12);
const test = expected(12, 5);

async function readAll(file: Uint8Array): Promise<Record<string, Labelled | undefined>> {
  const parts = await openNpz(file, "x.npz");
  return {
    train: await parts.train?.(),
    test: await parts.test?.(),
    whole: await parts.whole?.(),
  };
}

const read = [
  "bytes",
  "stored",
  "fortran",
  "fortran_big_endian",
  "channel",
  "shares",
  "floats",
  "twelve_bits",
];
for (const name of read) {
  Deno.test(`openNpz() reads ${name}.npz as NumPy wrote it`, async () => {
    assertEquals(await readAll(await fixture(`${name}.npz`)), { train, test, whole: undefined });
  });
}

/** What NumPy made of grey images, in three channels. */
function inColours({ images, ...rest }: Labelled): Labelled {
  const planes = Array.from({ length: images.length / 12 }, (_, i) => {
    const red = [...images.subarray(12 * i, 12 * i + 12)];
    return [red, red.map((level) => 250 - level), red.map((level) => level >> 1)];
  });
  return { ...rest, images: Uint8Array.from(planes.flat(2)), channels: 3 };
}

/** The same without the last column. */
function narrower({ images, ...rest }: Labelled): Labelled {
  return { ...rest, images: images.filter((_, at) => at % 3 < 2), columns: 2 };
}

for (const name of ["colours", "colours_second", "colours_fortran"]) {
  Deno.test(`openNpz() reads ${name}.npz channel after channel`, async () => {
    const parts = [inColours(train), inColours(test)];
    const [first, second] = name === "colours_second" ? parts.map(narrower) : parts;
    const found = await readAll(await fixture(`${name}.npz`));
    assertEquals(found, { train: first, test: second, whole: undefined });
  });
}

async function assertRefused(file: Uint8Array, ...words: string[]): Promise<void> {
  const error = await assertRejects(() => readAll(file), DataError);
  for (const word of ["x.npz", ...words]) assertStringIncludes(error.message, word);
}

const refused: Record<string, string[]> = {
  normalised: ["x_train", "the value -0.42", "before they were normalised"],
  one_hot: ["y_train", "(12, 4)", ".argmax(1)"],
  flat: ["x_train", "(12, 36)", "shape it (12, 6, 6)"],
  flat_colours: ["x_train", "(12, 48)", "shape it (12, 4, 4, 3), or (12, 3, 4, 4) where"],
  five_axes: ["x_train", "(12, 4, 3, 3, 1)", "with channels last or second"],
  complex: ["x_train", "type c8", '.astype("uint8")'],
  negative: ["y_train", "the label -1 at index 0", "number the labels from 0"],
};
for (const [name, words] of Object.entries(refused)) {
  Deno.test(`openNpz() refuses ${name}.npz, and says what would do`, async () => {
    await assertRefused(await fixture(`${name}.npz`), ...words);
  });
}

const arrays = (images: Uint8Array, labels: Uint8Array): Uint8Array =>
  makeZip({ "x_train.npy": images, "y_train.npy": labels });
const two = makeNpy("(2, 1, 2)", new Uint8Array(4));
const labels = makeNpy("(2,)", new Uint8Array(2));

const faults: [what: string, file: Uint8Array, ...words: string[]][] = [
  ["no arrays", makeZip({ "readme.txt": new Uint8Array(9) }), "no arrays", "x_train, y_train"],
  ["arrays of other names", makeZip({ "weights.npy": two }), "the arrays weights", "x_train"],
  ["labels that are missing", makeZip({ "x_train.npy": two }), "the arrays x_train"],
  ["no npy", arrays(new Uint8Array(99), labels), "does not begin as one"],
  ["an empty file", arrays(new Uint8Array(0), labels), "does not begin as one"],
  ["a header beyond the end", arrays(two.subarray(0, 20), labels), "ends within its header"],
  [
    "a short array",
    arrays(makeNpy("(2, 1, 3)", new Uint8Array(5)), labels),
    "makes 6 bytes and it has 5",
  ],
  [
    "a long array",
    arrays(makeNpy("(2, 1, 2)", new Uint8Array(5)), labels),
    "makes 4 bytes and it has 5",
  ],
  [
    "a shape beyond all memory",
    arrays(makeNpy(`(${9e9}, ${9e9}, 9)`, new Uint8Array(5)), labels),
    "bytes and it has 5",
  ],
  ["no images", arrays(makeNpy("(0, 1, 2)", new Uint8Array(0)), labels), "(0, 1, 2): give images"],
  ["more labels", arrays(two, makeNpy("(3,)", new Uint8Array(3))), "3 labels and", "2 images"],
  ["one label", arrays(two, makeNpy("()", new Uint8Array(1))), "has the shape ()"],
  [
    "a record",
    arrays(makeNpy("(2, 1, 2)", new Uint8Array(4), { descr: "[('r', '|u1')]" }), labels),
    "type structured",
  ],
  ["objects", arrays(makeNpy("(2, 1, 2)", new Uint8Array(4), { descr: "'|O'" }), labels), "type O"],
];
for (const [what, file, ...words] of faults) {
  Deno.test(`openNpz() refuses an archive of ${what}`, () => assertRefused(file, ...words));
}

Deno.test("openNpz() refuses an archive that claims to unfold to more than it can, before it does", async () => {
  const file = (await fixture("bytes.npz")).slice();
  const view = new DataView(file.buffer);
  for (let at = 0; at + 4 < file.length; at++) {
    if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 0x3fffffff, true);
  }
  await assertRefused(file, "to 1073741823, which they cannot");
  for (let at = 0; at + 4 < file.length; at++) {
    if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 0x7fffffff, true);
  }
  await assertRefused(file, "more than the 1073741824 that are read");
});

Deno.test("openNpz() refuses an archive with a wrong byte, or cut", async () => {
  const file = (await fixture("stored.npz")).slice();
  file[200]! ^= 1;
  await assertRefused(file, "damaged npz archive", "checksum");
  await assertRefused(file.subarray(0, 900), "damaged npz archive");
});

Deno.test("openNpz() reads images that are not parted, in whatever case", async () => {
  const file = makeZip({ "X.npy": two, "y.npy": labels });
  const { train, test, whole } = await readAll(file);
  assertEquals([train, test], [undefined, undefined]);
  assertEquals(whole!.labels, new Uint8Array(2));
});

Deno.test("openNpz() reads or refuses mutants of archives", async () => {
  const originals = await Promise.all(
    ["bytes", "stored", "colours"].map((name) => fixture(`${name}.npz`)),
  );
  await tryMutants(600, originals, readAll, (result, _, original) => {
    // Checksums let through only what does not touch the content.
    const seen = (part: Labelled): Labelled => original === 2 ? inColours(part) : part;
    if (result.train) assertEquals(result.train, seen(train));
    if (result.test) assertEquals(result.test, seen(test));
  });
});

Deno.test("openNpz() reads or refuses mutants of the arrays in archives", async () => {
  const images = makeNpy("(6, 2, 3)", Uint8Array.from({ length: 36 }, (_, i) => i));
  const answers = makeNpy("(6,)", Uint8Array.of(0, 1, 2, 0, 1, 2));
  await tryMutants(
    600,
    [images, answers],
    (mutant) => readAll(mutant.length % 2 ? arrays(mutant, answers) : arrays(images, mutant)),
    (result) => {
      assertConsistent(result.train!);
    },
  );
});

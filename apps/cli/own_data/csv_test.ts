import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DataError } from "@forward-forward/datasets";
import { assertConsistent, generator, tryMutants } from "./_testing.ts";
import { hasLabels, parseCsv } from "./csv.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const PIXELS = [[0, 255, 7, 30], [1, 2, 3, 4], [9, 8, 7, 6]];
const LABELS = [3, 0, 2];
const rows = PIXELS.map((pixels, i) => [LABELS[i]!, ...pixels]);
const whole = {
  images: Uint8Array.from(PIXELS.flat()),
  labels: Uint8Array.from(LABELS),
  rows: 2,
  columns: 2,
};
const kaggle = "label,pixel0,pixel1,pixel2,pixel3";
const text = (...lines: unknown[]): string => lines.map((line) => `${line}\n`).join("");

const read: Record<string, string> = {
  "Kaggle's layout, with a header": text(kaggle, ...rows),
  "pjreddie's layout, without": text(...rows),
  "lines of Windows, and none at the end": text(kaggle, ...rows).trim().replaceAll("\n", "\r\n"),
  "lines of old Macs": text(kaggle, ...rows).replaceAll("\n", "\r"),
  "a mark of UTF-8 before it": "\ufeff" + text(kaggle, ...rows),
  "semicolons": text(kaggle, ...rows).replaceAll(",", ";"),
  "tabs": text(kaggle, ...rows).replaceAll(",", "\t"),
  "quotes": text(kaggle, ...rows).replaceAll(/(\w+)/g, '"$1"'),
  "spaces": text(kaggle, ...rows).replaceAll(",", " , "),
  "empty lines": text(kaggle, "", ...rows, "", ""),
  "numbers with a point": text(kaggle, ...rows).replaceAll(/\b(\d+)\b/g, "$1.0"),
  "the label last, by name": text(
    "a1,a2,a3,a4,class",
    ...rows.map(([label, ...it]) => [...it, label]),
  ),
};
for (const [what, file] of Object.entries(read)) {
  Deno.test(`parseCsv() reads ${what}`, () =>
    assertEquals(parseCsv(bytes(file), "x.csv"), { data: whole }));
}

Deno.test("parseCsv() reads a table that is longer than it is read at a time", () => {
  const random = generator(7);
  const pixels = Array.from({ length: 700_000 }, () => random(256));
  const lines = Array.from(
    { length: 7000 },
    (_, i) => [i % 300, ...pixels.slice(100 * i, 100 * i + 100)],
  );
  const { data: { images, labels, rows } } = parseCsv(bytes(text(...lines)), "x.csv");
  assertEquals(rows, 10);
  assertEquals(images, Uint8Array.from(pixels));
  assertEquals(labels, Uint16Array.from(lines, ([label]) => label!));
});

const refused: Record<string, [file: string, ...words: string[]]> = {
  "no labels": [
    text("pixel0,pixel1,pixel2,pixel3", ...PIXELS),
    "4 columns of pixels and none of labels",
    "Kaggle's train.csv",
  ],
  "neither labels nor a header": [text(...PIXELS), "4 columns of pixels and none of labels"],
  "a column that no name explains": [
    text("number,a,b,c,d", ...rows),
    "5 columns, none of which is called label",
  ],
  "no square": [
    text(...rows.map((row) => [...row, 1])),
    "6 columns, which are no label and a square of pixels",
  ],
  "a label and no square": [text("label,a,b,c", ...rows), "a label and 3 others"],
  "a row that is cut": [
    text(kaggle, ...rows).slice(0, -4),
    "3 columns in row 4 and 5 in the first".replace("3 c", "4 c"),
  ],
  "a row that is longer": [text(kaggle, rows[0], [...rows[1]!, 1]), "6 columns in row 3"],
  "a pixel that is none": [
    text(kaggle, "1,2,3,400,5"),
    '"400" in row 2, column 4',
    "before they were normalised",
  ],
  "a pixel that is a share": [text("1,0.5,0.25,0,1"), '"0.5" in row 1, column 2'],
  "a pixel that is missing": [text(kaggle, "1,2,,4,5"), '"" in row 2, column 3'],
  "a word for a label": [
    text(kaggle, "cat,2,3,4,5"),
    'the label "cat" in row 2',
    "number the labels",
  ],
  "a label below zero": [text(kaggle, "-1,2,3,4,5"), 'the label "-1" in row 2'],
  "a label beyond 16 bits": [text(kaggle, "65536,2,3,4,5"), "the label 65536"],
  "a header alone": [text(kaggle), "has no row of an image"],
  "a page of the web": ["<!DOCTYPE html><html></html>", "is a web page and no table"],
  "nothing": ["", "is empty and no table"],
  "a row without an end": [
    text(kaggle) + "1".repeat(2 ** 24 + 9),
    "a row of more than 16777216 bytes",
  ],
};
for (const [what, [file, ...words]] of Object.entries(refused)) {
  Deno.test(`parseCsv() refuses ${what}, and says what would do`, () => {
    const error = assertThrows(() => parseCsv(bytes(file), "x.csv"), DataError);
    for (const word of ["x.csv", ...words]) assertStringIncludes(error.message, word);
  });
}

Deno.test("hasLabels() tells Kaggle's test.csv from its train.csv", () => {
  assertEquals(hasLabels(bytes(text(kaggle, ...rows)), "x"), true);
  assertEquals(hasLabels(bytes(text("pixel0,pixel1,pixel2,pixel3", ...PIXELS)), "x"), false);
});

/** The numbers of a file, by a second, naive reading. */
function naive(mutant: Uint8Array): number[] {
  const lines = new TextDecoder().decode(mutant).split(/[\r\n]+/).filter((line) =>
    /[^,\s]/.test(line)
  );
  const cells = lines.map((line) => line.split(","));
  const [first] = cells;
  return (first!.some((cell) => Number.isNaN(Number(cell)) || !cell.trim())
    ? cells.slice(1)
    : cells)
    .flat().map(Number);
}

Deno.test("parseCsv() reads or refuses mutants of tables", async () => {
  const colours = [3, 7].map((label) => [label, ...Array.from({ length: 12 }, (_, i) => 9 * i)]);
  const originals = [text(kaggle, ...rows, ...rows), text(...rows, ...rows), text(...colours)]
    .map(bytes);
  await tryMutants(
    2000,
    originals,
    (mutant) => parseCsv(mutant, "x.csv").data,
    (result, mutant) => {
      assertConsistent(result);
      // Quotes and spaces are the library's to read.
      if (mutant.includes(0x22)) return;
      const { images, labels } = result;
      const numbers = Array.from(
        labels,
        (label, i) => [label, ...images.subarray(4 * i, 4 * i + 4)],
      );
      const [label, size] = [0, images.length / labels.length];
      if (size === 4 && label === 0) assertEquals(numbers.flat(), naive(mutant));
    },
  );
});

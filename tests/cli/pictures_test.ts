// What `ff predict` makes of pictures: of every kind of paper, and of images that are no centred digits.

import { assert, assertEquals } from "@std/assert";
import { takeDataset } from "@forward-forward/core";
import { loadMnistPart } from "@forward-forward/datasets";
import { makeGreyPng } from "../../apps/cli/images/_testing.ts";
import { readModel } from "../../apps/cli/run/model_file.ts";
import { idx } from "../../packages/datasets/_testing.ts";
import { kinds } from "../pictures/kinds.ts";
import { measure } from "../pictures/measure.ts";
import { events, ff, withFolder } from "./_ff.ts";

// docs/pictures.md has what a hundred of each kind come to; a few may fare worse by chance.
const COUNT = 8;
let folder: string;

Deno.test.beforeAll(async () => {
  folder = await Deno.makeTempDir();
  const args = ["--backend", "onnx", "--epochs", "6", "--validation", "10000", "--json"];
  const { code, stderr } = await ff(["train", ...args, "--out", `${folder}/mnist`]);
  assertEquals(code, 0, stderr);
});

Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const train = await loadMnistPart("train");
const held = takeDataset(train, train.count - 10_000, train.count);

for (const kind of kinds) {
  const what = kind.digits === 1 ? "reads or refuses" : "gives no label to";
  Deno.test(`ff predict ${what} pictures of the kind "${kind.name}"`, async () => {
    const model = await readModel(`${folder}/mnist`);
    const [reading] = await measure(model, held, COUNT, ({ name }) => name === kind.name);
    const { right, refused, confidentlyWrong, wrong } = reading!;
    if (kind.digits === 0) assertEquals(wrong, []);
    assert(right + refused >= 0.75 * COUNT, `wrong: ${wrong}`);
    assert(confidentlyWrong <= 2, `wrong: ${wrong}`);
    if (kind.digits === 1) assert(right >= 0.5 * COUNT, `only ${right} right`);
  });
}

/** Images of squares that are told apart by something else than their shape. */
interface Squares {
  name: string;
  classes: number;
  /** Left, top and side of the square of a class; `random` gives whole numbers below a limit. */
  place(label: number, random: (below: number) => number): [number, number, number];
  ground: number;
  ink: number;
}

const squares: Squares[] = [
  {
    ...{ name: "position", classes: 9, ground: 0, ink: 220 },
    place: (label) => [2 + 9 * Math.floor(label / 3), 2 + 9 * (label % 3), 6],
  },
  {
    ...{ name: "size", classes: 4, ground: 0, ink: 255 },
    place(label, random): [number, number, number] {
      const side = 4 + 6 * label;
      return [random(29 - side), random(29 - side), side];
    },
  },
  {
    ...{ name: "position, dark on light", classes: 4, ground: 255, ink: 30 },
    place: (label) => [4 + 12 * (label >> 1), 4 + 12 * (label & 1), 8],
  },
];

for (const { name, classes, place, ground, ink } of squares) {
  Deno.test(`ff predict reads PNG as IDX where classes differ by ${name}`, () =>
    withFolder(async (folder) => {
      let state = 7;
      const random = (below: number): number => {
        state = Math.imul(state, 1664525) + 1013904223 | 0;
        return (state >>> 8) % below;
      };
      const make = (count: number): { images: Uint8Array; labels: number[] } => {
        const images = new Uint8Array(count * 784).fill(ground);
        const labels = Array.from({ length: count }, (_, i) => i % classes);
        labels.forEach((label, i) => {
          const [left, top, side] = place(label, random);
          for (let y = top; y < top + side; y++) {
            images.fill(ink, i * 784 + y * 28 + left, i * 784 + y * 28 + left + side);
          }
        });
        return { images, labels };
      };
      const [train, test] = [make(900), make(100)];
      const write = (file: string, bytes: Uint8Array): Promise<void> =>
        Deno.writeFile(`${folder}/${file}`, bytes);
      await write("train-images-idx3-ubyte", idx([900, 28, 28], train.images));
      await write("train-labels-idx1-ubyte", idx([900], train.labels));
      await write("t10k-images-idx3-ubyte", idx([100, 28, 28], test.images));
      await write("t10k-labels-idx1-ubyte", idx([100], test.labels));
      const common = ["--backend", "onnx", "--json"];
      const trained = await ff([
        ...["train", "--dataset", folder, "--epochs", "5", "--out", `${folder}/run`],
        ...common,
      ]);
      assertEquals(trained.code, 0, trained.stderr);
      assertEquals((await readModel(`${folder}/run`)).info.pictures.fit, "whole");
      await Deno.mkdir(`${folder}/png`);
      await Deno.mkdir(`${folder}/large`);
      await Deno.mkdir(`${folder}/inverted`);
      for (let i = 0; i < 100; i++) {
        const image = test.images.subarray(784 * i, 784 * (i + 1));
        const file = `${String(i).padStart(3, "0")}.png`;
        await write(`png/${file}`, makeGreyPng(image, 28));
        await write(`inverted/${file}`, makeGreyPng(image.map((grey) => 255 - grey), 28));
        const large = Uint8Array.from(
          { length: 84 * 84 },
          (_, at) => image[Math.floor(at / 84 / 3) * 28 + Math.floor(at % 84 / 3)]!,
        );
        await write(`large/${file}`, makeGreyPng(large, 84));
      }
      const labels = async (what: string): Promise<unknown[]> => {
        const ended = await ff(["predict", `${folder}/run`, `${folder}/${what}`, ...common]);
        assertEquals(ended.code, 0, ended.stderr);
        return events(ended).slice(0, -1).map(({ label }) => label);
      };
      const byIdx = await labels("t10k-images-idx3-ubyte");
      assertEquals(await labels("png"), byIdx);
      assertEquals(await labels("large"), byIdx);
      assertEquals(await labels("inverted"), byIdx);
    }));
}

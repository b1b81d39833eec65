// A folder of colour pictures in three classes, from training to an exported model.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { InferenceSession, Tensor } from "onnxruntime-node";
import {
  generator,
  makeColourJpeg,
  makeColourPng,
  makeGreyPng,
  readPng,
} from "../../apps/cli/images/_testing.ts";
import { makeNpz } from "../../apps/cli/own_data/_testing.ts";
import { idx } from "../../packages/datasets/_testing.ts";
import { assertRefused, done, events, ff, withFolder } from "./_ff.ts";
import { draw, fill, NAMES, SIDE } from "./_fruit.ts";

const BACKEND = ["--backend", "reference"];

Deno.test("one's own colour pictures in three classes: train, eval, predict, report, export", () =>
  withFolder(async (folder) => {
    await fill(`${folder}/fruit/train`, 40, 7);
    const drawn = await fill(`${folder}/fruit/test`, 10, 11);
    const run = `${folder}/run`;
    const train = ["train", "--dataset", `${folder}/fruit`, "--epochs", "12", "--batch-size", "10"];
    const trained = await done([
      ...train,
      ...["--layers", "432,40,30", ...BACKEND, "--out", run, "--json"],
    ]);
    assertStringIncludes(trained.stderr, "has the labels 0 cherry, 1 lime, 2 slate");
    const { testError } = events(trained).at(-1)!;
    assert(testError as number <= 0.1, `${testError}`);

    const evaluated = events(await done(["eval", run, ...BACKEND, "--json"]))[0]!;
    assertEquals(evaluated.testError, testError);

    // Larger pictures, as PNG and as JPEG, and the same in grey, which has no colours to go by.
    const random = generator(23);
    const files = [];
    for (const name of NAMES) {
      const large = draw(name, 3 * SIDE, random);
      files.push(`${folder}/${name}.png`, `${folder}/${name}.jpg`);
      await Deno.writeFile(files.at(-2)!, makeColourPng(large, 3 * SIDE));
      await Deno.writeFile(files.at(-1)!, await makeColourJpeg(large, 3 * SIDE));
    }
    const seen = events(await done(["predict", run, ...files, ...BACKEND, "--json"]));
    assertEquals(seen.slice(0, -1).map(({ name }) => name), NAMES.flatMap((name) => [name, name]));
    const grey = `${folder}/grey.png`;
    const bright = Uint8Array.from({ length: SIDE ** 2 }, (_, p) => p % SIDE < 6 ? 60 : 240);
    await Deno.writeFile(grey, makeGreyPng(bright, SIDE));
    assertEquals(events(await done(["predict", run, grey, ...BACKEND, "--json"])).length, 2);

    await done(["report", run, ...BACKEND]);
    const page = await Deno.readTextFile(`${run}/report.html`);
    assertStringIncludes(page, "the colours that excite them");
    const [, field] = /data:image\/png;base64,([^"]+)" width="12" height="12" alt="weights/.exec(
      page,
    )!;
    assertEquals(readPng(Uint8Array.fromBase64(field!)).channels, 3);

    await done(["export", run]);
    const session = await InferenceSession.create(await Deno.readFile(`${run}/model.onnx`));
    const planes = drawn.flatMap((picture) =>
      [0, 1, 2].flatMap((c) => Array.from(picture.filter((_, at) => at % 3 === c)))
    );
    const shape = [drawn.length, 3, SIDE, SIDE];
    const { label } = await session.run({
      images: new Tensor("uint8", Uint8Array.from(planes), shape),
    });
    const wrong = Array.from(label!.data as BigInt64Array)
      .filter((found, i) => Number(found) !== Math.floor(i / 10)).length;
    assertEquals(wrong / drawn.length, testError);

    await takesNoOtherChannels(run, folder, train);
  }));

// Arrays of other channels than the model's are refused; pictures in grey are given colours.
async function takesNoOtherChannels(run: string, folder: string, train: string[]): Promise<void> {
  const count = 9;
  const labels = Array.from({ length: count }, (_, i) => i % 3);
  const noise = Uint8Array.from({ length: count * SIDE ** 2 }, (_, i) => 31 * i);
  const npz = `${folder}/grey.npz`;
  await Deno.writeFile(
    npz,
    makeNpz({ x_test: [[count, SIDE, SIDE], noise], y_test: [[count], labels] }),
  );
  await assertRefused(["eval", run, "--dataset", npz, ...BACKEND], [
    "the model was trained on 12x12 images in 3 channels of 3 classes",
    "has 12x12 images of 3",
  ]);
  const file = `${folder}/grey-images`;
  await Deno.writeFile(file, idx([count, SIDE, SIDE], noise));
  await assertRefused(["predict", run, file, ...BACKEND], [
    "has images of 12x12 and the model takes 12x12 in 3 channels",
  ]);
  const grey = await ff([
    ...train,
    "--pictures",
    "fitted",
    "--layers",
    "432,9",
    "--out",
    `${run}-2`,
  ]);
  assertEquals(grey.code, 2);
  assertStringIncludes(grey.stderr, "have 144 pixels (12x12)");
  // Pictures in grey are given colours, for a model that has them.
  for (const name of NAMES) {
    await Deno.mkdir(`${folder}/grey/test/${name}`, { recursive: true });
    const picture = makeGreyPng(noise.subarray(0, SIDE ** 2), SIDE);
    await Deno.writeFile(`${folder}/grey/test/${name}/1.png`, picture);
  }
  const { code, stderr } = await ff(["eval", run, "--dataset", `${folder}/grey`, ...BACKEND]);
  assertEquals(code, 0, stderr);
}

Deno.test("a grey model takes colour pictures in grey, as ever", () =>
  withFolder(async (folder) => {
    const random = generator(5);
    for (const part of ["train", "test"]) {
      for (const label of [0, 1]) {
        await Deno.mkdir(`${folder}/${part}/${label}`, { recursive: true });
        for (let i = 0; i < 12; i++) {
          const pixels = Uint8Array.from(
            { length: 36 },
            (_, p) => (p % 6 < 3) === (label === 0) ? 200 + random(50) : random(50),
          );
          await Deno.writeFile(`${folder}/${part}/${label}/${i}.png`, makeGreyPng(pixels, 6));
        }
      }
    }
    const run = `${folder}/run`;
    const net = ["--layers", "36,12", "--epochs", "6", "--batch-size", "4", ...BACKEND];
    await done(["train", "--dataset", folder, ...net, "--out", run]);
    const colours = Uint8Array.from({ length: 108 }, (_, at) => {
      const isLeft = Math.floor(at / 3) % 6 < 3;
      return isLeft ? 230 : [20, 20, 60][at % 3]!;
    });
    for (const label of [0, 1]) {
      await Deno.mkdir(`${folder}/colour/test/${label}`, { recursive: true });
      await Deno.writeFile(`${folder}/colour/test/${label}/1.png`, makeColourPng(colours, 6));
    }
    const { confusion } = events(
      await done(["eval", run, "--dataset", `${folder}/colour`, ...BACKEND, "--json"]),
    )[0]!;
    assertEquals(confusion, [1, 0, 1, 0]);
    const [seen] = events(
      await done(["predict", run, `${folder}/colour/test/0/1.png`, ...BACKEND, "--json"]),
    );
    assertEquals(seen!.label, 0);
    // An array in colour is another thing.
    const npz = `${folder}/colours.npz`;
    await Deno.writeFile(
      npz,
      makeNpz({
        x_test: [[2, 6, 6, 3], Uint8Array.from([...colours, ...colours])],
        y_test: [[2], [0, 1]],
      }),
    );
    await assertRefused(["eval", run, "--dataset", npz, ...BACKEND], [
      "has 6x6 images in 3 channels of 2",
    ]);
  }));

Deno.test("images of two channels are learned from, and pictures are no such images", () =>
  withFolder(async (folder) => {
    const random = generator(3);
    const count = 60;
    const labels = Array.from({ length: count }, (_, i) => i % 3);
    // [count, 2, 6, 7]: the channel that is bright says the label, or that both are.
    const images = Uint8Array.from({ length: count * 84 }, (_, at) => {
      const [label, c] = [labels[Math.floor(at / 84)]!, Math.floor(at / 42) % 2];
      return (label === 2 || label === c ? 180 : 0) + random(60);
    });
    const npz = `${folder}/two.npz`;
    const arrays = { x: [[count, 2, 6, 7], images], y: [[count], labels] } as const;
    await Deno.writeFile(npz, makeNpz(arrays as unknown as Parameters<typeof makeNpz>[0]));
    const run = `${folder}/run`;
    const net = ["--layers", "84,20", "--epochs", "10", "--batch-size", "6", ...BACKEND];
    const config = `${folder}/flip.json`;
    await Deno.writeTextFile(
      config,
      JSON.stringify({
        recipe: { name: "quick", augment: { shift: 1, flip: 0.5, outside: "edge" } },
      }),
    );
    const trained = await done(
      ["train", "--dataset", npz, "--config", config, ...net, "--out", run, "--json"],
    );
    assertEquals(events(trained).at(-1)!.testError, 0);
    await done(["report", run, ...BACKEND]);
    const page = await Deno.readTextFile(`${run}/report.html`);
    assertMatch(page, /width="14" height="6" alt="weights of unit/);
    const file = `${folder}/images`;
    await Deno.writeFile(file, idx([count, 2, 6, 7], images));
    const seen = events(await done(["predict", run, file, ...BACKEND, "--json"]));
    assertEquals(seen.slice(0, -1).map(({ label }) => label), labels);
    const plain = `${folder}/plain.npz`;
    const same = Uint8Array.from({ length: 8 * 84 }, (_, at) => Math.floor(at / 42) % 2 ? 9 : 200);
    const eight = [[8, 2, 6, 7], same] as [number[], Uint8Array];
    const ofTwo = [[8], [0, 1, 0, 1, 0, 1, 0, 1]] as [number[], number[]];
    await Deno.writeFile(
      plain,
      makeNpz({ x_train: eight, y_train: ofTwo, x_test: eight, y_test: ofTwo }),
    );
    await assertRefused(["train", "--dataset", plain, ...BACKEND, "--out", `${run}-2`], [
      "every pixel of the 8 training images is 200,9: there is nothing to learn from",
    ]);
    const picture = `${folder}/test/0/1.png`;
    await Deno.mkdir(`${folder}/test/0`, { recursive: true });
    await Deno.writeFile(picture, makeColourPng(images.slice(0, 126), 7));
    await assertRefused(["predict", run, picture, ...BACKEND], [
      "1.png is a picture, and the model takes images of 2 channels",
    ]);
    await assertRefused(["eval", run, "--dataset", `${folder}/test`, ...BACKEND], [
      "the model was trained on 6x7 images in 2 channels of 3 classes",
    ]);
  }));

const CIFAR = new URL("../../../shared/data/cifar-10/unpack", import.meta.url);

/** Why CIFAR-10 cannot be had here; null where it can. */
async function whyNoCifar(): Promise<string | null> {
  if (!await Deno.stat(CIFAR).then(() => true, () => false)) return "its files are not here";
  return await new Deno.Command("dwebp", { args: ["-version"], stdout: "null" }).output()
    .then(() => null, () => "dwebp of Debian's webp is not installed");
}

const why = await whyNoCifar();
Deno.test({
  name: `ff train --dataset FOLDER learns from CIFAR-10${why ? ` (${why})` : ""}`,
  ignore: why !== null && !Deno.env.get("FF_REQUIRE")?.includes("cifar-10"),
  fn: () =>
    withFolder(async (folder) => {
      const data = `${folder}/data`;
      const cifar = `${data}/cifar-10-batches-bin`;
      const unpacked = await new Deno.Command(CIFAR.pathname, { args: [cifar] }).output();
      assertEquals(unpacked.code, 0, new TextDecoder().decode(unpacked.stderr));
      const trained = await done([
        ...["train", "--dataset", data, "--train-limit", "3000", "--test-limit", "1000"],
        ...["--layers", "3072,100", "--epochs", "4", "--backend", "onnx"],
        ...["--out", `${folder}/run`],
      ]);
      assertStringIncludes(trained.stderr, "0 airplane, 1 automobile, 2 bird");
      assertMatch(trained.stdout, /3072-100, 4 epochs.*\n.* the label beside each/);
      const [evaluated] = events(
        await done(["eval", `${folder}/run`, "--test-limit", "1000", "--json"]),
      );
      assert(evaluated!.testError as number < 0.8, `${evaluated!.testError}`);
    }),
});

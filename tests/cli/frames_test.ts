// Clips from the command line: a bar that moves left or right, trained on, gone on with, tested, shown and drawn.

import { assert, assertEquals } from "@std/assert";
import { readImages } from "../../apps/cli/images/read_images.ts";
import { makeGreyPng } from "../../apps/cli/images/_testing.ts";
import { readModel } from "../../apps/cli/run/model_file.ts";
import { assertRefused, done, events, ff, withFolder } from "./_ff.ts";
import { hasEnded, metrics, OFTEN, stop } from "./_runs.ts";

const [FRAMES, SIDE] = [4, 6];

// A bar that begins at a column and goes round.
async function writeClip(folder: string, begin: number, way: 1 | -1): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (let frame = 0; frame < FRAMES; frame++) {
    const at = (begin + way * frame + SIDE) % SIDE;
    const pixels = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => i % SIDE === at ? 255 : 0);
    await Deno.writeFile(`${folder}/${frame + 1}.png`, makeGreyPng(pixels, SIDE));
  }
}

async function writeClips(folder: string): Promise<string> {
  for (const [part, copies] of [["train", 5], ["test", 1]] as const) {
    for (let i = 0; i < copies * SIDE; i++) {
      for (const [name, way] of [["left", -1], ["right", 1]] as const) {
        await writeClip(`${folder}/${part}/${name}/${i}`, i % SIDE, way);
      }
    }
  }
  return folder;
}

const SMALL = ["--recipe", "recurrent", "--layers", "144,20,20", "--batch-size", "12"];

Deno.test("clips are learned one frame at a step, and a stopped run ends with the same bits", () =>
  withFolder(async (folder) => {
    const clips = await writeClips(`${folder}/clips`);
    const rest = ["--learning-rate", "0.05", "--epochs", "25", "--backend", "reference"];
    const args = ["train", "--dataset", clips, ...SMALL, "--frames", "4", ...rest, "--json"];
    const run = `${folder}/run`;
    const ended = await done([...args, "--out", run]);
    assert(ended.stderr.includes("clips of 4 frames"), ended.stderr);
    const trained = events(ended).at(-1)!;
    assert(trained.goodnessError as number < 0.3, `${trained.goodnessError}`);

    const stopped = `${folder}/stopped`;
    let next = [...args, ...OFTEN, "--out", stopped];
    for (let kills = 0; !await hasEnded(stopped); kills++) {
      if (kills < 2) await stop(next, "SIGKILL", { wait: 300 + 300 * kills, begun: true });
      else await done(next);
      next = ["train", "--resume", stopped, "--json", ...OFTEN];
    }
    const model = (run: string): Promise<Uint8Array> => Deno.readFile(`${run}/model.safetensors`);
    assertEquals(await model(stopped), await model(run));
    assertEquals(await metrics(stopped), await metrics(run));

    const tested = events(await done(["eval", run, "--backend", "reference", "--json"]))[0]!;
    assertEquals(tested.testError, trained.testError);
    // Folders that are not of the data: each is said to be what the test says of the same clip.
    const seen: string[] = [];
    for (const [name, way] of [["left", -1], ["right", 1]] as const) {
      for (let i = 0; i < SIDE; i++) {
        seen.push(`${folder}/seen/${name}-${i}`);
        await writeClip(seen.at(-1)!, i, way);
      }
    }
    const predicted = events(
      await done(["predict", run, ...seen, "--backend", "reference", "--json"]),
    );
    const wrong = seen.filter((clip, i) =>
      Number(clip.includes("/right-")) !== predicted[i]!.label
    ).length;
    assertEquals(wrong / seen.length, tested.testError);

    const page = await Deno.readTextFile(
      (await done(["report", run, "--backend", "reference"])).stdout.trim(),
    );
    assert(page.includes("From step to step"));
    const mistakes = tested.testError as number > 0;
    assertEquals(page.includes("frame 4"), mistakes);
    await assertRefused(["export", run], ["recurrent", "ONNX"]);

    // As one of all in a folder; and no picture alone.
    const { info } = await readModel(run);
    const [image] = await readImages([seen[0]!], info);
    assertEquals(image!.pixels.length, FRAMES * SIDE * SIDE);
    await assertRefused(["predict", run, `${seen[0]}/1.png`], [
      "is one picture",
      "clips of 4 frames",
    ]);
    await Deno.remove(`${seen[1]}/4.png`);
    await assertRefused(["predict", run, seen[1]!], [seen[1]!, "has 3 pictures", "4 frames"]);

    const refusals: [args: string[], words: string][] = [
      [
        ["--dataset", clips, "--recipe", "recurrent", "--frames", "3"],
        "4 channels is not made of 3 frames",
      ],
      [["--dataset", clips, "--recipe", "quick", "--frames", "4"], "shows an image whole"],
      [
        ["--recipe", "recurrent", "--frames", "2", "--train-limit", "9"],
        "1 channel is not made of 2",
      ],
      [["--recipe", "recurrent", "--frames", "9"], "9 frames need as many steps, got 8"],
      [["--recipe", "recurrent", "--frames", "0"], "--frames"],
    ];
    for (const [args, words] of refusals) {
      const { code, stderr } = await ff(["train", ...args, "--backend", "reference"]);
      assertEquals(code, 2, stderr);
      assert(stderr.includes(words), `${words} is not in ${stderr}`);
    }
  }));

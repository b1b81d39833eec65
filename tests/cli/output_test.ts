// What `ff export` and `ff report` are told to write is written, and nothing of a run is written over.

import { assertEquals } from "@std/assert";
import { mount, noDisk, onDisk } from "./_disk.ts";
import { assertRefused, done, withFolder } from "./_ff.ts";
import { SMALL } from "./_runs.ts";

async function train(run: string): Promise<void> {
  const args = ["train", ...SMALL, "--epochs", "1", "--backend", "reference", "--json"];
  await done([...args, "--out", run]);
}

/** Each file with its bytes. */
async function filesOf(folder: string): Promise<[string, Uint8Array][]> {
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).toSorted();
  return await Promise.all(
    names.map(async (name) => [name, await Deno.readFile(`${folder}/${name}`)] as const),
  ) as [string, Uint8Array][];
}

Deno.test("ff export and ff report write over no file of a run, by whatever path it is named", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    await train(run);
    const before = await filesOf(run);
    await Deno.copyFile(`${run}/model.safetensors`, `${folder}/m.safetensors`);
    await Deno.link(`${run}/model.safetensors`, `${folder}/hard.onnx`);
    await Deno.symlink(`${run}/metrics.jsonl`, `${folder}/link.html`);
    await Deno.symlink(run, `${folder}/alias`);
    await Deno.mkdir(`${folder}/dir.onnx`);
    const relative = (path: string): string => {
      const up = Deno.cwd().split("/").map(() => "..").join("/");
      return `${up}${path}`;
    };
    for (const command of ["export", "report"]) {
      for (const [name] of before) {
        await assertRefused([command, run, "--out", `${run}/${name}`], ["is a file of a run"]);
      }
      const outs: [string, string][] = [
        [`${run}/checkpoint-2.safetensors`, "file of"],
        [`${folder}/alias/config.json`, "is a file of a run"],
        [relative(`${run}/model.safetensors`), "run"],
        [`${folder}/hard.onnx`, `is ${run}/model.safetensors itself`],
        [`${folder}/link.html`, "is a file of a run"],
        [`${folder}/m.safetensors`, "is there already and is not"],
        [`${folder}/dir.onnx`, "cannot be written (it is a folder)"],
        [`${folder}/none/x`, "cannot be written (its folder does not exist)"],
      ];
      for (const [out, words] of outs) {
        await assertRefused([command, run, "--out", out], [words, "name another with --out"]);
      }
    }
    // A model by itself, and runs that are compared.
    const alone = `${folder}/m.safetensors`;
    await assertRefused(["export", alone, "--out", alone], [`is ${alone} itself`]);
    await train(`${folder}/second`);
    const two = ["report", run, `${folder}/second`, "--out"];
    await assertRefused([...two, `${folder}/second/metrics.jsonl`], ["is a file of a run"]);
    assertEquals(await filesOf(run), before);
    for (let i = 0; i < 2; i++) {
      await done(["export", run]);
      await done(["report", run, "--backend", "reference"]);
      await done([...two, `${folder}/two.html`]);
    }
    const names = (await filesOf(run)).map(([name]) => name);
    assertEquals(names, [...before.map(([name]) => name), "model.onnx", "report.html"].toSorted());
  }));

Deno.test({
  name: `ff export and ff report say that a disk is read-only, or full${
    noDisk ? ` (${noDisk})` : ""
  }`,
  ignore: noDisk !== null,
  fn: () =>
    withFolder(async (folder) => {
      const run = `${folder}/run`;
      await train(run);
      await onDisk("64k", async (disk) => {
        for (
          const [out, words] of [["full", "its disk is full"], ["ro", "its disk is read-only"]]
        ) {
          if (out === "ro") await mount("-o", "remount,ro", disk);
          for (const command of [["export"], ["report", "--backend", "reference"]]) {
            await assertRefused([...command, run, "--out", `${disk}/${out}`], [
              `${disk}/${out} cannot be written (${words})`,
            ]);
          }
          assertEquals([...Deno.readDirSync(disk)], []);
        }
        await assertRefused(["train", "--out", `${disk}/run`, "--backend", "reference"], [
          `the folder ${disk}/run cannot be made (its disk is read-only)`,
        ]);
      });
      await assertRefused(["export", run, "--out", "/dev/null"], ["it is no place for files"]);
    }),
});

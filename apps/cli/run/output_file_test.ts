import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { withFolder } from "../_testing.ts";
import { UsageError } from "../shared/errors.ts";
import { outputFile, type OutputKind } from "./output_file.ts";

const bytes = new TextEncoder().encode("<!DOCTYPE html>");
const page: OutputKind = "an HTML page";

/** A folder as `ff train` leaves it, and a model by itself. */
async function withRun(body: (run: string, folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const run = `${folder}/run`;
    await Deno.mkdir(run);
    for (const name of ["config.json", "metrics.jsonl", "model.safetensors", "lock"]) {
      await Deno.writeTextFile(`${run}/${name}`, name === "lock" ? "" : `the run's ${name}`);
    }
    await body(run, folder);
  });
}

async function refusal(path: string, kind = page, sources: string[] = []): Promise<string> {
  const { message } = await assertRejects(() => outputFile(path, kind, sources), UsageError);
  assert(message.startsWith(`${path} `) && message.endsWith(": name another with --out"), message);
  return message;
}

Deno.test("outputFile() writes a new file, an empty one, and over one of its own kind", () =>
  withRun(async (run, folder) => {
    const names = [`${run}/report.html`, `${folder}/new.html`, `${folder}/empty`];
    await Deno.writeTextFile(names[2]!, "");
    await Deno.writeTextFile(names[0]!, "<!doctype HTML><p>old");
    for (const path of names) {
      const file = await outputFile(path, page);
      await file.write(bytes);
      assertEquals([file.path, await Deno.readFile(path)], [path, bytes]);
    }
    await Deno.writeFile(`${folder}/old.onnx`, Uint8Array.of(8, 9, 0x12, 0));
    await (await outputFile(`${folder}/old.onnx`, "an ONNX model")).write(bytes);
  }));

Deno.test("outputFile() writes through a link, which stays one", () =>
  withRun(async (_, folder) => {
    await Deno.mkdir(`${folder}/pages`);
    await Deno.writeFile(`${folder}/pages/one.html`, bytes);
    await Deno.symlink("pages/one.html", `${folder}/link.html`);
    await (await outputFile(`${folder}/link.html`, page)).write(bytes.slice(0, 5));
    assert((await Deno.lstat(`${folder}/link.html`)).isSymlink);
    assertEquals(await Deno.readFile(`${folder}/pages/one.html`), bytes.slice(0, 5));
  }));

Deno.test("outputFile() refuses every file of a run, by whatever path, also those still to come", () =>
  withRun(async (run, folder) => {
    await Deno.symlink(run, `${folder}/other`);
    await Deno.symlink(`${run}/lock`, `${folder}/link`);
    await Deno.symlink(`${run}/config.json`, `${folder}/config`);
    await Deno.mkdir(`${folder}/deep`);
    const paths = [
      ...["config.json", "metrics.jsonl", "model.safetensors", "lock"].map((it) => `${run}/${it}`),
      `${run}/checkpoint-2.safetensors`,
      `${run}/Model.safetensors`,
      `${folder}/deep/../run/config.json`,
      `${folder}/other/model.safetensors`,
      `${folder}/other/checkpoint-1.safetensors`,
      `${folder}/link`,
      `${folder}/config`,
    ];
    for (const path of paths) {
      const message = await refusal(path);
      assert(/file of (a|the) run/.test(message), message);
    }
    await Deno.link(`${run}/model.safetensors`, `${folder}/hard`);
    assertStringIncludes(
      await refusal(`${folder}/hard`, page, [`${run}/model.safetensors`]),
      `is ${run}/model.safetensors itself`,
    );
    assertStringIncludes(await refusal(`${folder}/hard`), "is not an HTML page");
    const names = ["config.json", "lock", "metrics.jsonl", "model.safetensors"];
    assertEquals(Array.from(Deno.readDirSync(run), ({ name }) => name).toSorted(), names);
    assertEquals(await Deno.readTextFile(`${run}/config.json`), "the run's config.json");
  }));

Deno.test("outputFile() refuses every file of a sweep", () =>
  withFolder(async (folder) => {
    for (const name of ["sweep.json", "trials.jsonl"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "");
    }
    await Deno.writeFile(`${folder}/sweep.html`, bytes);
    for (const name of ["sweep.json", "trials.jsonl", "sweep.html"]) {
      assertStringIncludes(await refusal(`${folder}/${name}`), "is a file of a run");
    }
  }));

Deno.test("outputFile() refuses folders, missing folders, devices, and files of another kind", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/notes.txt`, "precious");
    await Deno.writeFile(`${folder}/page.html`, bytes);
    const long = `${folder}/${"x".repeat(300)}`;
    const cases: [path: string, words: string, kind?: OutputKind][] = [
      [folder, "cannot be written (it is a folder)"],
      [`${folder}/`, "cannot be written (it is a folder)"],
      [`${folder}/none/page.html`, "cannot be written (its folder does not exist)"],
      [`${folder}/none/`, "cannot be written (it names a folder)"],
      [`${folder}/notes.txt/page.html`, "cannot be written (a part of its path is a file)"],
      [
        `${folder}/notes.txt`,
        "is there already and is not an HTML page, so it is not written over",
      ],
      [`${folder}/page.html`, "is there already and is not an ONNX model", "an ONNX model"],
    ];
    for (const path of ["/dev/null", "/dev/stdout", "/proc/self/report.html"]) {
      cases.push([path, "cannot be written (it is no place for files)"]);
    }
    for (const [path, words, kind] of cases) assertStringIncludes(await refusal(path, kind), words);
    assertEquals(await Deno.readTextFile(`${folder}/notes.txt`), "precious");
    const file = await outputFile(long, page);
    await assertRejects(() => file.write(bytes), UsageError, "(its name is too long)");
  }));

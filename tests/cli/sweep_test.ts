// `ff sweep` from end to end: on a tiny data folder, stopped and resumed, and with a test set that is not to be used.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { idx } from "../../packages/datasets/_testing.ts";
import { assertRefused, done, events, ffUntil, withFolder } from "./_ff.ts";
import { RECIPE, trials, writeData, writeSweep } from "./_sweeps.ts";

const EVIL = `<script>alert(1)</script>" onload="alert(1)`;

// deno-lint-ignore no-explicit-any
type Sweep = Record<string, any>;

Deno.test("ff sweep learns, records every trial, and goes on where one diverges", () =>
  withFolder(async (folder) => {
    const dataset = await writeData(`${folder}/data`);
    const file = await writeSweep(`${folder}/sweep.json`, {
      dataset,
      recipe: RECIPE,
      seeds: [1, 2],
      space: { "optimizer.learningRate": [1e38, 0.02], "batchSize": [20, 60] },
    });
    const out = `${folder}/out`;
    const ended = await done(["sweep", file, "--out", `${out}/`, "--json"]);
    const [start, ...rest] = events(ended);
    assertEquals([start!.event, start!.trials, start!.images, start!.sweep], [
      "start",
      8,
      { train: 180, validation: 60 },
      out,
    ]);
    const end = rest.pop()!;
    const lines = await trials(out);
    assertEquals(rest.map(({ event: _, trainSeconds: __, ...trial }) => trial), lines);
    assertEquals(lines.map(({ index, seed, name }) => [index, seed, name]).slice(1, 5), [
      [1, 1, "optimizer.learningRate=1e+38, batchSize=60"],
      [2, 1, "optimizer.learningRate=0.02, batchSize=20"],
      [3, 1, "optimizer.learningRate=0.02, batchSize=60"],
      [4, 2, "optimizer.learningRate=1e+38, batchSize=20"],
    ]);
    for (const line of lines) {
      const { "optimizer.learningRate": rate } = line.set as Record<string, number>;
      if (rate === 0.02) {
        assert(line.validationError as number < 0.1, JSON.stringify(line));
        assert(line.bestValidationError as number <= (line.validationError as number));
        assertEquals([line.diverged, line.epochs], [null, 3]);
        assertEquals((line.layerErrors as number[]).length, 2);
        assertEquals(line.softmaxError, line.validationError);
      } else {
        assertMatch(line.diverged as string, /diverged in epoch \d/);
        assertEquals([line.validationError, line.bestEpoch, line.loss], [null, null, null]);
      }
    }
    assertEquals([end.event, end.trials, end.diverged, end.page], [
      "done",
      8,
      4,
      `${out}/sweep.html`,
    ]);
    assertMatch((end.best as { name: string }).name, /^optimizer.learningRate=0.02/);
    const names = Array.from(Deno.readDirSync(out), ({ name }) => name).toSorted();
    assertEquals(names, ["sweep.html", "sweep.json", "trials.jsonl"]);
    const page = await Deno.readTextFile(`${out}/sweep.html`);
    assertEquals(page.match(/<figure class="chart">/g)?.length, 1);
    for (const text of ["2, 2 diverged", "diverged in epoch", "recipe quick", "180 images"]) {
      assertStringIncludes(page, text);
    }
  }));

Deno.test("ff sweep prints a table for people, and its sweep.json is a file of the same sweep", () =>
  withFolder(async (folder) => {
    const dataset = await writeData(`${folder}/data`);
    const file = await writeSweep(`${folder}/sweep.json`, {
      dataset,
      limits: { train: 100 },
      recipe: { ...RECIPE, epochs: 1 },
      space: {
        "optimizer.learningRate": { from: 0.001, to: 0.1, log: true },
        "layers.1": { from: 8, to: 12, whole: true },
      },
      search: { random: 3, seed: 7 },
    });
    const { stdout, stderr } = await done(["sweep", file, "--out", `${folder}/first`]);
    assertEquals(stderr, "");
    assertMatch(
      stdout,
      /^3\/3 {2}optimizer.learningRate=0\.\d+, layers.1=\d+ {2}seed 1 {2}error /m,
    );
    assertMatch(stdout, /^ {3}setting +error +deviation +seeds +best epoch's +seconds$/m);
    assertStringIncludes(stdout, "100 images to train on, 60 held out");
    await done(["sweep", `${folder}/first/sweep.json`, "--out", `${folder}/second`]);
    assertEquals(await trials(`${folder}/second`), await trials(`${folder}/first`));
  }));

Deno.test("ff sweep never uses the test set: garbage in its place changes nothing", () =>
  withFolder(async (folder) => {
    const sound = await writeData(`${folder}/sound`);
    const garbled = await writeData(`${folder}/garbled`);
    const missing = await writeData(`${folder}/missing`);
    // Labels of classes that there are not, and as many as there are no images.
    const labels = Array.from({ length: 99 }, (_, i) => 255 - i);
    await Deno.writeFile(`${garbled}/t10k-labels-idx1-ubyte`, idx([99], labels));
    await Deno.writeTextFile(`${garbled}/t10k-images-idx3-ubyte`, "no images at all");
    for (const part of ["labels-idx1", "images-idx3"]) {
      await Deno.remove(`${missing}/t10k-${part}-ubyte`);
    }
    const all = [];
    for (const dataset of [sound, garbled, missing]) {
      const file = await writeSweep(`${dataset}/sweep.json`, {
        dataset,
        recipe: RECIPE,
        space: { dropout: [0, 0.2] },
      });
      await done(["sweep", file, "--out", `${dataset}/out`]);
      all.push(await trials(`${dataset}/out`));
    }
    assertEquals(all[1], all[0]);
    assertEquals(all[2], all[0]);
  }));

Deno.test("ff sweep --resume after Ctrl-C ends with the same trials, and runs none twice", () =>
  withFolder(async (folder) => {
    const dataset = await writeData(`${folder}/data`);
    const file = await writeSweep(`${folder}/sweep.json`, {
      dataset,
      recipe: { ...RECIPE, epochs: 40 },
      seeds: [1, 2],
      variants: [{ name: "no peer normalisation", set: { peer: null } }],
    });
    const unbroken = `${folder}/unbroken`;
    await done(["sweep", file, "--out", unbroken]);
    const out = `${folder}/it's a sweep`;
    const { code, stdout: printed, stderr } = await ffUntil(
      ["sweep", file, "--out", out, "--json"],
      `"event":"trial"`,
      (process) => process.kill("SIGINT"),
    );
    assertEquals(code, 130, stderr);
    const finished = printed.match(/"event":"trial"/g)!.length;
    assert(finished < 4 && !printed.includes(`"event":"done"`), printed);
    const quoted = `'${folder}/it'\\''s a sweep'`;
    assertEquals(
      stderr,
      `interrupted after ${finished} of 4 trials: those are saved, ` +
        `ff sweep --resume ${quoted} goes on with it\n`,
    );
    assertEquals((await trials(out)).length, finished);
    assertStringIncludes(await Deno.readTextFile(`${out}/sweep.html`), `${finished} of 4`);

    const resumed = events(await done(["sweep", "--resume", out, "--json"]));
    assertEquals(resumed[0]!.finished, finished);
    assertEquals(resumed.filter(({ event }) => event === "trial").length, 4 - finished);
    assertEquals(await trials(out), await trials(unbroken));
    const seconds = await Deno.readTextFile(`${out}/trials.jsonl`);
    assertEquals(events(await done(["sweep", "--resume", out, "--json"])).length, 2);
    assertEquals(await Deno.readTextFile(`${out}/trials.jsonl`), seconds);

    // Other images would make its errors incomparable, and other lines are not its own.
    const labels = `${dataset}/train-labels-idx1-ubyte`;
    const bytes = await Deno.readFile(labels);
    await Deno.writeFile(labels, bytes.with(20, (bytes[20]! + 1) % 3));
    await assertRefused(["sweep", "--resume", out], ["training data is not that"]);
    await Deno.writeFile(labels, bytes);
    await Deno.writeTextFile(`${out}/trials.jsonl`, seconds.replace(`"seed":2`, `"seed":3`));
    await assertRefused(["sweep", "--resume", out], ["trials.jsonl is of no trial of this sweep"]);
  }));

Deno.test("ff sweep goes on where a setting is too large, and tries it again only when asked to", () =>
  withFolder(async (folder) => {
    const dataset = await writeData(`${folder}/data`);
    const file = await writeSweep(`${folder}/sweep.json`, {
      dataset,
      recipe: { ...RECIPE, epochs: 1 },
      seeds: [1, 2],
      space: { "layers.1": [3e9, 20] },
    });
    const out = `${folder}/out`;
    const [, ...rest] = events(await done(["sweep", file, "--out", out, "--json"]));
    const end = rest.pop()!;
    assertEquals([end.trials, end.diverged, end.failed], [4, 0, 2]);
    assertEquals((end.best as { name: string }).name, "layers.1=20");
    const lines = await trials(out);
    for (const { index, failed, diverged, validationError, epochs } of lines) {
      if (index === 1 || index === 3) {
        assertEquals([failed, epochs], [null, 1]);
        continue;
      }
      assertMatch(
        failed as string,
        /^a network of 36-3000000000-16 cannot be trained here \(.+\)$/,
      );
      assertEquals([diverged, validationError, epochs], [null, null, 0]);
    }
    const page = await Deno.readTextFile(`${out}/sweep.html`);
    for (const text of ["2, 2 failed", "cannot be trained here"]) assertStringIncludes(page, text);

    // What a process that was killed left half-written goes.
    await Deno.writeTextFile(`${out}/trials.jsonl.${crypto.randomUUID()}.tmp`, "half a li");
    const resumed = await done(["sweep", "--resume", out]);
    assertStringIncludes(
      resumed.stdout,
      "4 of 4 trials are finished, of which 2 failed: --retry-failed tries those again",
    );
    assert(!/^\d\/4 /m.test(resumed.stdout), resumed.stdout);
    assertEquals(await trials(out), lines);
    const names = Array.from(Deno.readDirSync(out), ({ name }) => name).toSorted();
    assertEquals(names, ["sweep.html", "sweep.json", "trials.jsonl"]);
    const retried = events(await done(["sweep", "--resume", out, "--retry-failed", "--json"]));
    assertEquals(retried.filter(({ event }) => event === "trial").map(({ index }) => index), [
      0,
      2,
    ]);
    await assertRefused(["sweep", file, "--retry-failed"], ["give --resume DIR with it"]);
  }));

Deno.test("ff sweep --resume refuses a sweep.json that was edited, and says which setting differs", () =>
  withFolder(async (folder) => {
    const dataset = await writeData(`${folder}/data`);
    const file = await writeSweep(`${folder}/sweep.json`, {
      dataset,
      recipe: { ...RECIPE, epochs: 1 },
      variants: [{ name: "no peer", set: { peer: null } }],
    });
    const out = `${folder}/out`;
    await done(["sweep", file, "--out", out]);
    const path = `${out}/sweep.json`;
    const text = await Deno.readTextFile(path);
    const edited = async (edit: (settings: Sweep) => void, words: string[]): Promise<void> => {
      const settings = JSON.parse(text);
      edit(settings);
      await Deno.writeTextFile(path, JSON.stringify(settings));
      await assertRefused(["sweep", "--resume", out], words);
    };
    await edited((settings) => settings.recipe.epochs = 3, [
      `${path} was edited since the sweep began (recipe.epochs is 3 and was 1)`,
    ]);
    await edited((settings) => settings.validation = 50, ["validation is 50 and was 60"]);
    await edited((settings) => settings.variants[0].set = { dropout: 0.1 }, [
      "line 2 of",
      "it or sweep.json was changed",
    ]);
    // More seeds leave what is finished as it is.
    const settings = JSON.parse(text);
    await Deno.writeTextFile(path, `\ufeff${JSON.stringify({ ...settings, seeds: [1, 5] })}`);
    const more = events(await done(["sweep", "--resume", out, "--json"]));
    assertEquals(more.filter(({ event }) => event === "trial").map(({ seed }) => seed), [5, 5]);
  }));

Deno.test("ff sweep takes no markup from names, folders or data sets", () =>
  withFolder(async (folder) => {
    const dataset = await writeData(`${folder}/${EVIL.replace("/", "")}`);
    const file = await writeSweep(`${folder}/sweep.json`, {
      dataset,
      recipe: { ...RECIPE, epochs: 1 },
      variants: [{ name: EVIL, set: { peer: null } }],
    });
    const out = `${folder}/<img src=x onerror=alert(1)>`;
    await done(["sweep", file, "--out", out]);
    const page = await Deno.readTextFile(`${out}/sweep.html`);
    assert(page.startsWith("<!DOCTYPE html>"));
    assertStringIncludes(page, "default-src 'none'");
    assertEquals(page.match(/<script|<img|https?:|\burl\(/gi), null);
    for (const [tag] of page.matchAll(/<[a-z][^\s>]*(?:\s+[\w:-]+(?:="[^"]*")?)*\s*\/?>/gi)) {
      assert(!/\son\w+\s*=/i.test(tag.replaceAll(/="[^"]*"/g, "=")), tag);
    }
    const escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&quot;alert(1)";
    assertStringIncludes(page, escaped);
    assertStringIncludes(page, "&lt;img src=x onerror=alert(1)&gt;");
  }));

Deno.test("ff sweep refuses what it cannot run, in one sentence, and leaves no folder", () =>
  withFolder(async (folder) => {
    const dataset = await writeData(`${folder}/data`);
    const file = `${folder}/sweep.json`;
    const out = `${folder}/out`;
    const refused = async (sweep: Record<string, unknown>, words: string[]): Promise<void> => {
      await writeSweep(file, { dataset, ...sweep });
      await assertRefused(["sweep", file, "--out", out], [file, ...words]);
    };
    const space = { dropout: [0, 0.1] };
    await refused({ space: { "optimizer.learningrate": [0.1] } }, ["optimizer.learningRate?"]);
    await refused({ space: { dropout: [0, 1] } }, ["dropout=1"]);
    await refused({ space, validation: 240 }, ["240 training images", "hold out fewer"]);
    await refused({ space, limits: { train: 200 } }, ["180", "ask for fewer"]);
    await refused({ space, recipe: { name: "quick", layers: [784, 20] } }, ["start them with 36"]);
    await Deno.writeTextFile(file, "{");
    await assertRefused(["sweep", file, "--out", out], [file, "JSON"]);
    await assertRefused(["sweep"], ["ff sweep FILE"]);
    await assertRefused(["sweep", `${folder}/none.json`], ["does not exist"]);
    await assertRefused(["sweep", folder], ["is no file"]);
    await assertRefused(["sweep", file, "two"], ["one file"]);
    await assertRefused(["sweep", "--resume", out], ["does not exist"]);
    await assertRefused(["sweep", file, "--resume", out], ["leave it out"]);
    await writeSweep(file, { space, backend: "cuda" });
    await assertRefused(["sweep", file, "--out", out], ["cuda"]);
    await Deno.stat(out).then(() => assert(false), () => {});

    await writeSweep(file, { dataset, space });
    await Deno.mkdir(out);
    await Deno.writeTextFile(`${out}/trials.jsonl`, "precious\n");
    await assertRefused(["sweep", file, "--out", out], ["holds a sweep already", "--out"]);
    assertEquals(await Deno.readTextFile(`${out}/trials.jsonl`), "precious\n");
    await Deno.writeTextFile(`${out}/sweep.json`, await Deno.readTextFile(file));
    await assertRefused(["sweep", "--resume", out], ["does not say where it ran"]);
  }));

Deno.test("examples/sweep.json runs, here in a short form", () =>
  withFolder(async (folder) => {
    const example = new URL("../../examples/sweep.json", import.meta.url);
    const { recipe, ...given } = JSON.parse(await Deno.readTextFile(example));
    const short = { limits: { train: 200 }, validation: 100, seeds: [1], backend: "onnx" };
    const file = await writeSweep(`${folder}/sweep.json`, {
      ...given,
      ...short,
      recipe: { ...recipe, epochs: 1, layers: [784, 30, 20] },
    });
    const { stdout } = await done(["sweep", file, "--out", `${folder}/out`]);
    assertStringIncludes(stdout, "200 images to train on, 100 held out");
    const sizes = Object.values(given.space as Record<string, unknown[]>).map((v) => v.length);
    assertEquals((await trials(`${folder}/out`)).length, sizes.reduce((a, b) => a * b));
  }));

// `ff report` from end to end: on a small run, in a browser, and on names that are markup.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { driveChromium, testInChromium } from "../_chromium.ts";
import type { Screen, Seen } from "./_browser.ts";
import { assertRefused, events, ff } from "./_ff.ts";

const EVIL = `<script>alert(1)</script>`;
const POLICY =
  `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:;`;

// One run for all tests, and its report.
let folder: string;
let run: string;
let done: Record<string, unknown>;
let html: string;

Deno.test.beforeAll(async () => {
  folder = await Deno.makeTempDir();
  run = `${folder}/first`;
  const args = ["--backend", "onnx", "--layers", "784,60,40", "--epochs", "2", "--json"];
  const limits = ["--train-limit", "3000", "--validation", "300", "--test-limit", "500"];
  const trained = await ff(["train", ...args, ...limits, "--out", run]);
  assertEquals(trained.code, 0, trained.stderr);
  done = events(trained).at(-1)!;
  const { code, stdout, stderr } = await ff(["report", run, "--backend", "onnx"]);
  assertEquals([code, stdout, stderr], [0, `${run}/report.html\n`, ""]);
  html = await Deno.readTextFile(`${run}/report.html`);
});

Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

// Copies the run to a folder of another name, its settings changed and without what is named.
async function copyRun(
  to: string,
  { change = {}, without = [] }: { change?: Record<string, unknown>; without?: string[] } = {},
): Promise<string> {
  await Deno.mkdir(to, { recursive: true });
  for (const name of ["config.json", "metrics.jsonl", "model.safetensors"]) {
    if (!without.includes(name)) await Deno.copyFile(`${run}/${name}`, `${to}/${name}`);
  }
  const config = JSON.parse(await Deno.readTextFile(`${run}/config.json`));
  if (!without.includes("config.json")) {
    await Deno.writeTextFile(`${to}/config.json`, JSON.stringify({ ...config, ...change }));
  }
  return to;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

// A report is too long to be shown when it lacks something.
function assertHas(html: string, text: string): void {
  assert(html.includes(text), `the report lacks ${text}`);
}

// What holds for every report: it loads nothing, runs nothing and describes its charts.
function assertSafe(html: string): void {
  assert(html.startsWith("<!DOCTYPE html>"));
  assertHas(html, POLICY);
  assertEquals(count(html, /<script/gi), 0);
  assertEquals(count(html, /https?:|\burl\(|@import|<(link|base|iframe|object|embed)\b/gi), 1);
  assertHas(html, `<link rel="icon" href="data:,">`);
  // Tags as a browser reads them: no attribute outside of quotes, none that runs something.
  for (const [tag] of html.matchAll(/<[a-z][^\s>]*(?:\s+[\w:-]+(?:="[^"]*")?)*\s*\/?>/gi)) {
    assert(!/\son\w+\s*=/i.test(tag.replaceAll(/="[^"]*"/g, "=")), tag);
  }
  const charts = count(html, /<figure class="chart">/g);
  assertEquals(count(html, /<svg role="img" viewBox="[\d. ]+" aria-label="[^"]{20,}">/g), charts);
}

Deno.test("ff report writes one file that loads nothing, with a chart for each question", () => {
  assertSafe(html);
  // Loss, error, goodness in training; goodness of the two layers; errors by way.
  assertEquals(count(html, /<figure class="chart">/g), 6);
  assertEquals(count(html, />threshold (40|60)</g), 2);
  assertEquals(count(html, /alt="weights of unit \d+, norm [\d.]+"/g), 48);
  assertEquals(count(html, /alt="test image \d+"/g), 20);
  assertEquals(count(html, /<td class="(hit|miss|none)/g), 100);
  assertEquals(count(html, /src="data:image\/png;base64,/g), 68);
  assert(html.length < 500_000, `${html.length} bytes`);
});

Deno.test("ff report tests on the run's own images, and finds the error that the run ended with", () => {
  const percent = `${(100 * (done.testError as number)).toFixed(2)} %`;
  assertHas(html, `<dd>${percent}</dd>`);
  assertHas(html, "500 test images of mnist");
  const wrong = Math.round(500 * (done.testError as number));
  assertHas(html, `${wrong} of 500 test images are predicted wrongly`);
  for (const text of ["784-60-40", "ONNX Runtime", "ff train --backend onnx"]) {
    assertHas(html, text);
  }
});

Deno.test("ff report leaves nothing half-written, and writes over its last report", async () => {
  const again = await ff(["report", run, "--backend", "onnx", "--test-limit", "200"]);
  assertEquals(again.code, 0, again.stderr);
  assertHas(await Deno.readTextFile(`${run}/report.html`), "200 test images of mnist");
  const names = [...Deno.readDirSync(run)].map(({ name }) => name);
  assertEquals(names.filter((name) => name.endsWith(".tmp")), []);
});

Deno.test("ff report takes no markup from names, paths, settings or commands", async () => {
  const change = {
    dataset: EVIL,
    device: `" onload="alert(1)`,
    command: ["ff", "train", "--out", `'"><img src=x onerror=alert(1)>`],
  };
  const path = await copyRun(`${folder}/" onload="alert(1)/${EVIL}`, { change });
  const out = `${folder}/evil.html`;
  const { code, stderr } = await ff(["report", path, "--backend", "onnx", "--out", out]);
  assertEquals(code, 0, stderr);
  const evil = await Deno.readTextFile(out);
  assertSafe(evil);
  for (const text of ["&lt;script&gt;alert(1)&lt;", "&quot; onload=&quot;alert(1)"]) {
    assertHas(evil, text);
  }
  assertEquals(count(evil, /<img src=x/g), 0);
});

Deno.test("ff report compares runs: curves over each other, results and settings that differ", async () => {
  const named = `${folder}/<img src=x onerror=alert(1)>`;
  const other = await copyRun(named, { change: { seed: 77 } });
  const out = `${folder}/compared.html`;
  const { code, stdout, stderr } = await ff(["report", run, other, "--out", out]);
  assertEquals([code, stdout, stderr], [0, `${out}\n`, ""]);
  const compared = await Deno.readTextFile(out);
  assertSafe(compared);
  assertEquals(count(compared, /<figure class="chart">/g), 6);
  assertHas(compared, `<th scope="row">seed</th><td>1</td><td>77</td>`);
  assertEquals(count(compared, /<th scope="row">recipe\./g), 0);
  assertHas(compared, "&lt;img src=x onerror=alert(1)&gt;");
});

async function see(file: string, screens: Screen[]): Promise<Seen[]> {
  const url = new URL("file:///");
  url.pathname = file.split("/").map(encodeURIComponent).join("/");
  const program = new URL("_browser.ts", import.meta.url);
  const driver = driveChromium(program, [url.href, JSON.stringify(screens)]);
  const { code, stdout, stderr } = await driver.output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

testInChromium(
  "ff report in a browser: every chart has its data, in light and dark and on a phone",
  async () => {
    const screens: Screen[] = [
      { width: 1200, scheme: "light" },
      { width: 1200, scheme: "dark" },
      { width: 360, scheme: "light" },
    ];
    const [light, dark, phone, ...none] = await see(`${run}/report.html`, screens);
    assertEquals(none, []);
    for (const seen of [light!, dark!, phone!]) {
      assertEquals(seen.heard, []);
      assertEquals(seen.active, []);
      assertEquals(seen.overflow, 0);
      assertEquals(seen.images, { count: 68, broken: 0 });
      assertEquals(seen.charts.map(({ title, marks }) => [title, marks.length]), [
        ["Loss of each layer", 2],
        // Training, held-out images, and each of two layers alone.
        ["Error", 4],
        ["Goodness in training", 4],
        ["Layer 1, 60 units", 4],
        ["Layer 2, 40 units", 4],
        ["Test error by way of predicting", 4],
      ]);
      for (const { title, size: [width, height], marks } of seen.charts) {
        assert(width > 250 && height > 100, `${title} is ${width}x${height}`);
        for (const { colour, size: [across, high] } of marks) {
          assertMatch(colour, /^rgb\((?!0, 0, 0)/, title);
          assert(across > 5 && high > 1, `${title}: a mark of ${across}x${high}`);
          assert(across <= width && high <= height, `${title}: a mark outgrows its chart`);
        }
      }
    }
    assertEquals(light!.colours, ["rgb(255, 255, 255)", "rgb(29, 35, 41)"]);
    assertEquals(dark!.colours, ["rgb(20, 24, 28)", "rgb(230, 234, 238)"]);
    assert(light!.charts[0]!.marks[0]!.colour !== dark!.charts[0]!.marks[0]!.colour);
  },
);

testInChromium(
  "ff report in a browser: names that are markup are shown as they are, and run nothing",
  async () => {
    const path = await copyRun(`${folder}/" onload="alert(1)/<img src=x onerror=alert(1)>`, {
      change: { device: EVIL },
    });
    for (const paths of [[path], [path, run]]) {
      const out = `${folder}/evil-${paths.length}.html`;
      const backend = paths.length === 1 ? ["--backend", "onnx"] : [];
      const { code, stderr } = await ff(["report", ...paths, ...backend, "--out", out]);
      assertEquals(code, 0, stderr);
      const [seen] = await see(out, [{ width: 1200, scheme: "light" }]);
      assertEquals([seen!.heard, seen!.active], [[], []]);
      for (const text of ["<img src=x onerror=alert(1)>", `" onload="alert(1)/`, EVIL]) {
        assertHas(seen!.text, text);
      }
    }
  },
);

Deno.test("ff report refuses what it cannot draw, in one sentence", async () => {
  const nowhere = "/nowhere/at/all";
  const bare = await copyRun(`${folder}/no-model`, { without: ["model.safetensors"] });
  const silent = await copyRun(`${folder}/no-metrics`, { without: ["metrics.jsonl"] });
  const nameless = await copyRun(`${folder}/no-config`, { without: ["config.json"] });
  const damaged = await copyRun(`${folder}/damaged`);
  await Deno.writeTextFile(`${damaged}/metrics.jsonl`, "[]\n{}\n");
  const untrained = await copyRun(`${folder}/untrained`);
  await Deno.writeTextFile(`${untrained}/metrics.jsonl`, "");
  const refused: [args: string[], words: string[]][] = [
    [[], ["report needs a run"]],
    [[nowhere], [`there is no run folder ${nowhere}`]],
    [[`${run}/model.safetensors`], ["is a model of ff and no folder of a run", "ff train"]],
    [[bare], ["there is no", "model.safetensors"]],
    [[silent], ["has no metrics.jsonl"]],
    [[nameless], ["has no config.json"]],
    [[damaged], ["line 1 of", "damaged"]],
    [[untrained], ["has no epoch yet"]],
    [[run, bare], ["--out"]],
    [[run, nowhere, "--out", `${folder}/x.html`], [`there is no run folder ${nowhere}`]],
    [[run, run, "--out", `${folder}/x.html`], ["is given twice"]],
    [[run, bare, "--out", `${folder}/x.html`, "--backend", "onnx"], ["--backend", "leave it out"]],
    [[run, "--backend", "reference", "--test-limit", "5", "--out", `${nowhere}/x`], [nowhere]],
    [[run, "--test-limit", "0"], ["--test-limit", "from 1"]],
    [[run, "--backend", "webgpuu"], ["did you mean webgpu?"]],
    [[run, "--dataset", nowhere, "--backend", "reference"], [nowhere]],
  ];
  for (const [args, words] of refused) await assertRefused(["report", ...args], words);
});

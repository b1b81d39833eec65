// `ff train`, `ff eval` and `ff backends` from end to end, on the real MNIST.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { decodeSafetensors } from "@forward-forward/core/model";
import { assertRefused, command, type Ended, events, ff, ffUntil, withFolder } from "./_ff.ts";

const SMALL = ["--layers", "784,60,40", "--train-limit", "2000", "--test-limit", "300"];

function train(run: string, ...more: string[]): Promise<Ended> {
  return ff(["train", "--backend", "tfjs-wasm", ...SMALL, "--out", run, ...more]);
}

Deno.test("ff train --keep best ends with the epoch that is best on held-out images", async () => {
  await withFolder(async (folder) => {
    const run = `${folder}/run`;
    const flags = ["--layers", "784,32,24", "--train-limit", "600", "--test-limit", "300"];
    // So fast that it goes up and down.
    const rate = ["--learning-rate", "0.2", "--batch-size", "20", "--epochs", "6"];
    const args = ["train", ...flags, ...rate, "--validation", "200", "--keep", "best", "--json"];
    const trained = events(await ff([...args, "--out", run]));
    const errors = trained.filter(({ event }) => event === "epoch")
      .map(({ validationError }) => validationError as number);
    const best = errors.indexOf(Math.min(...errors)) + 1;
    assert(best < 6, `the last epoch is the best, so this shows nothing: ${errors}`);
    const done = trained.at(-1)!;
    assertEquals([done.epochs, done.bestEpoch], [6, best]);
    const [evaluated] = events(await ff(["eval", run, "--test-limit", "300", "--json"]));
    assertEquals([evaluated!.epochs, evaluated!.testError], [best, done.testError]);
    await assertRefused(["train", "--keep", "best"], ["--validation 10000"]);
    await assertRefused(["train", "--keep", "first"], ["last, best"]);
  });
});

Deno.test("ff train shows samples, a line an epoch, the loss curve and the test accuracy", () =>
  withFolder(async (folder) => {
    const { code, stdout, stderr } = await train(`${folder}/run`, "--epochs", "2");
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "recipe quick: 784-60-40, 2 epochs, batches of 100, seed 1");
    assertStringIncludes(stdout, "mnist: 2,000 images to train on, 300 to test on");
    assertStringIncludes(stdout, "tfjs-wasm, TensorFlow.js 4.22.0");
    assertEquals(stdout.match(/label: \d/g)?.length, 4);
    assert((stdout.match(/█/g)?.length ?? 0) > 50, "digits are drawn");
    assertStringIncludes(stdout, "loss over epochs 1 to 2");
    assertMatch(stdout, /^ +1 +60 +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+ %$/m);
    assertMatch(stdout, /test accuracy \d+\.\d\d % \(error \d+\.\d\d %\)/);
    assertStringIncludes(stdout, `the run is in ${folder}/run`);
    assert(!stdout.includes("\x1b"), "no escape codes without a terminal");
    const lines = stderr.trim().split("\n");
    assertEquals(lines.length, 2, stderr);
    lines.forEach((line, i) => {
      assertMatch(line, /loss \d.*goodness .* vs .*training error .*images\/s/);
      assert(line.startsWith(`epoch ${i + 1}/2 `), line);
    });
  }));

Deno.test("ff train --json prints events alone, and ff eval finds the same test error", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    const more = ["--epochs", "2", "--seed", "7", "--validation", "500", "--json"];
    const ended = await train(run, ...more);
    assertEquals(ended.code, 0, ended.stderr);
    assertEquals(ended.stderr, "");
    const [start, first, second, done, ...none] = events(ended);
    assertEquals(none, []);
    assertEquals(start!.event, "start");
    assertEquals(start!.images, { train: 2000, validation: 500, test: 300 });
    for (const [epoch, i] of [[first, 1], [second, 2]] as const) {
      assertEquals([epoch!.event, epoch!.epoch, epoch!.epochs], ["epoch", i, 2]);
      assert(epoch!.loss as number > 0);
      const error = epoch!.validationError as number;
      assert(error >= 0 && error <= 1);
      assertEquals((epoch!.layers as unknown[]).length, 2);
    }
    assertEquals(done!.event, "done");
    assertEquals([done!.backend, done!.recipe, done!.seed, done!.epochs, done!.run], [
      "tfjs-wasm",
      "quick",
      7,
      2,
      run,
    ]);
    assert(done!.trainSeconds as number > 0);
    assertEquals(done!.testAccuracy, 1 - (done!.testError as number));

    const config = JSON.parse(await Deno.readTextFile(`${run}/config.json`));
    assertEquals(config.seed, 7);
    assertEquals(config.recipe.layers, [784, 60, 40]);
    assertEquals(config.limits, { train: 2000, test: 300, validation: 500 });
    assertEquals(config.command.slice(0, 4), ["ff", "train", "--backend", "tfjs-wasm"]);
    assertEquals(config.versions.ff, "0.1.0");
    assertEquals(config.versions.deno, Deno.version.deno);
    const metrics = (await Deno.readTextFile(`${run}/metrics.jsonl`)).trim().split("\n");
    assertEquals(metrics.map((line) => JSON.parse(line)), [first, second, done]);
    const names = [...Deno.readDirSync(run)].map(({ name }) => name).toSorted();
    assertEquals(names, [
      "checkpoint-1.safetensors",
      "checkpoint-2.safetensors",
      "config.json",
      "metrics.jsonl",
      "model.safetensors",
    ]);
    const { tensors } = decodeSafetensors(await Deno.readFile(`${run}/model.safetensors`));
    assertEquals(tensors["layers.0.weight"]!.shape, [784, 60]);
    assertEquals(tensors["readout.weight"]!.shape[1], 10);

    for (
      const [model, backend] of [[run, "tfjs-wasm"], [`${run}/model.safetensors`, "reference"]]
    ) {
      const args = ["eval", model!, "--backend", backend!, "--test-limit", "300", "--json"];
      const [evaluated] = events(await ff(args));
      assertEquals(evaluated!.testError, done!.testError);
      assertEquals((evaluated!.confusion as number[]).reduce((a, b) => a + b), 300);
    }
    const shown = await ff(["eval", run, "--backend", "tfjs-wasm", "--test-limit", "300"]);
    const percent = (100 * (done!.testError as number)).toFixed(2);
    assertStringIncludes(shown.stdout, `(error ${percent} %)`);
  }));

Deno.test("ff train: the same seed gives the same model, to the byte", () =>
  withFolder(async (folder) => {
    const models: Uint8Array[] = [];
    for (const run of ["a", "b"]) {
      await train(`${folder}/${run}`, "--epochs", "1");
      models.push(await Deno.readFile(`${folder}/${run}/model.safetensors`));
    }
    assertEquals(models[0], models[1]);
  }));

Deno.test("ff train --recipe keras trains layer by layer on the whole set at once", () =>
  withFolder(async (folder) => {
    const args = ["--recipe", "keras", "--epochs", "2", "--updates-per-layer", "3", "--json"];
    const [, first, second] = events(await train(`${folder}/run`, ...args));
    assert((second!.loss as number) < (first!.loss as number));
  }));

Deno.test("ff train saves the model when it is interrupted, and exits with 130", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    const args = ["train", "--backend", "tfjs-wasm", "--epochs", "50", "--test-limit", "300"];
    const process = command([...args, "--json", "--out", run]).spawn();
    const stderr = new Response(process.stderr).text();
    const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await reader.read();
    assertStringIncludes(value!, `"event":"start"`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    process.kill("SIGINT");
    const { code } = await process.status;
    await reader.cancel();
    assertEquals(code, 130);
    assertStringIncludes(await stderr, `ff eval ${run}`);
    const ended = await ff([
      "eval",
      run,
      "--backend",
      "tfjs-wasm",
      "--test-limit",
      "300",
      "--json",
    ]);
    assertEquals(ended.code, 0, ended.stderr);
  }));

Deno.test("ff train keeps the epochs that ended before it was interrupted", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    const args = ["train", "--backend", "tfjs-wasm", ...SMALL, "--epochs", "1000"];
    const { code, stdout: printed, stderr } = await ffUntil(
      [...args, "--json", "--out", run],
      `"epoch":3,`,
      (process) => process.kill("SIGINT"),
    );
    assertEquals(code, 130);
    assertMatch(stderr, /^interrupted after \d+ of 1000 epochs: [^\n]*\n$/);
    const [, ...epochs] = printed.trim().split("\n").map((line) => JSON.parse(line));
    assert(epochs.length >= 3 && epochs.every(({ event }) => event === "epoch"));
    const metrics = (await Deno.readTextFile(`${run}/metrics.jsonl`)).trim().split("\n");
    assertEquals(metrics.map((line) => JSON.parse(line)), epochs);
    const args2 = ["eval", run, "--backend", "reference", "--test-limit", "50", "--json"];
    const [evaluated] = events(await ff(args2));
    assert(evaluated!.epochs as number >= 3);
  }));

Deno.test("ff shows a stack only where FF_DEBUG asks for one", () =>
  withFolder(async (folder) => {
    const args = ["--learning-rate", "1e30", "--json"];
    const plain = await train(`${folder}/a`, ...args);
    assertEquals(plain.stderr.trim().split("\n").length, 1);
    const all = ["train", "--backend", "tfjs-wasm", ...SMALL, "--out", `${folder}/b`, ...args];
    const debugged = await ff(all, { FF_DEBUG: "1" });
    assertEquals(debugged.code, 1);
    assertStringIncludes(debugged.stderr, "at file://");
  }));

Deno.test("ff train fails with one sentence when training diverges", () =>
  withFolder(async (folder) => {
    const { code, stderr } = await train(`${folder}/run`, "--learning-rate", "1e30", "--json");
    assertEquals(code, 1);
    assertMatch(stderr, /^ff: layer 1 diverged in epoch 1 [^\n]*learning rate\n$/);
  }));

Deno.test("ff train says which permission it lacks", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-env",
      "apps/cli/main.ts",
      "train",
      "--backend",
      "reference",
    ],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stderr);
  assertEquals(code, 2, text);
  assertMatch(text, /^ff: [^\n]*--allow-read[^\n]*\n$/);
});

Deno.test("ff backends lists what there is and what auto takes", async () => {
  const { code, stdout } = await ff(["backends"]);
  assertEquals(code, 0);
  for (const name of ["webgpu", "tfjs", "tfjs-wasm", "tfjs-cpu", "onnx", "reference"]) {
    assertMatch(stdout, new RegExp(`^${name} `, "m"));
  }
  assertMatch(stdout, /^auto takes \S+: ./m);
  const ended = await ff(["backends", "--json"], {
    DENO_WEBGPU_BACKEND: "vulkan",
    VK_DRIVER_FILES: "/nonexistent.json",
  });
  const listed = events(ended);
  const missing = listed.filter(({ device }) => device === null).map(({ name }) => name);
  assertEquals(missing, ["webgpu", "tfjs"]);
  for (const { device, remedy } of listed.slice(0, 2)) assert(device !== null || remedy !== null);
  assertEquals(listed.at(-1)!.name, "onnx");
});

Deno.test("ff and its commands explain themselves", async () => {
  for (
    const args of [[], ["--help"], ["train", "--help"], ["eval", "-h"], ["help", "backends"]]
  ) {
    const { code, stdout, stderr } = await ff(args);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "ff ");
  }
});

Deno.test("ff --version says the package's version", async () => {
  assertEquals((await ff(["--version"])).stdout, "ff 0.1.0\n");
});

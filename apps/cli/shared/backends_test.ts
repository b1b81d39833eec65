// What `auto` takes, and what is listed, where the adapter is no GPU, a GPU, or one that computes wrongly.

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UnavailableError } from "@forward-forward/core";
import { openDevice, test } from "../../../packages/backend-webgpu/_testing.ts";
import { gpuLike, wrongDevice } from "../../../packages/backend-webgpu/_testing_device.ts";
import { type Arguments, parse } from "./arguments.ts";
import { listBackends, openBackend, readThreads } from "./backends.ts";
import { header } from "../display/header.ts";
import { UsageError } from "./errors.ts";
import { trainFlags } from "../train/flags.ts";
import { recipes } from "@forward-forward/core";

async function withGpu(gpu: GPU | undefined, body: () => Promise<void>): Promise<void> {
  const { gpu: before } = navigator;
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  try {
    await body();
  } finally {
    Object.defineProperty(navigator, "gpu", { value: before, configurable: true });
  }
}

const CARD = { description: "Card 9000", device: "9000" };
// Zeros where the rest would be, in our own kernels alone.
const zeros = (code: string): string => code.replaceAll("* params.kept", "* 0");

async function auto(): Promise<[string, string]> {
  const { backend, why, advice } = await openBackend("auto");
  backend.dispose();
  assertEquals(advice, null);
  return [backend.name, why!];
}

test("auto takes webgpu on a GPU that computes right, and says so", () =>
  withGpu(gpuLike({ info: CARD }, openDevice), async () => {
    const [name, why] = await auto();
    assertEquals(name, "webgpu");
    assertEquals(why, "there is a GPU that computes right, Card 9000");
  }));

test("auto passes over a GPU that computes wrongly, and says what is wrong", () =>
  withGpu(gpuLike({ info: CARD }, () => wrongDevice(zeros)), async () => {
    const [name, why] = await auto();
    assertEquals(name, "onnx");
    assertStringIncludes(
      why,
      "the WebGPU adapter Card 9000 reads a kernel's parameters wrongly (0 instead of -2.5), and " +
        "ONNX Runtime is the fastest on a CPU",
    );
  }));

Deno.test("auto says that there is no adapter", () =>
  withGpu(undefined, async () => {
    const [name, why] = await auto();
    assertEquals(name, "onnx");
    assertEquals(why, "there is no WebGPU adapter, and ONNX Runtime is the fastest on a CPU");
  }));

test("listBackends() tells what was checked, what failed, and what needs no check", async () => {
  const checked = async (): Promise<Record<string, boolean | null>> =>
    Object.fromEntries((await listBackends()).map(({ name, checked }) => [name, checked]));
  const others = { "tfjs-wasm": null, "tfjs-cpu": null, "onnx": null, "reference": null };
  assertEquals(await checked(), { webgpu: true, tfjs: true, ...others });
  await withGpu(gpuLike({ info: CARD }, () => wrongDevice(zeros)), async () => {
    assertEquals(await checked(), { webgpu: false, tfjs: true, ...others });
    const [webgpu] = await listBackends();
    assertEquals(webgpu!.device, null);
    assertStringIncludes(webgpu!.reason!, "reads a kernel's parameters wrongly");
    assert(!webgpu!.reason!.includes(webgpu!.remedy!));
  });
  await withGpu(undefined, async () => {
    assertEquals(await checked(), { webgpu: null, tfjs: null, ...others });
  });
});

test("openBackend() by name never falls back, and advises against WebGPU in software", async () => {
  await withGpu(gpuLike({ info: CARD }, () => wrongDevice(zeros)), async () => {
    const error = await openBackend("webgpu").then(() => null, (error) => error);
    assert(error instanceof UnavailableError);
  });
  for (const [description, said] of [["Card 9000", false], ["llvmpipe", true]] as const) {
    await withGpu(gpuLike({ info: { description } }, openDevice), async () => {
      const { backend, why, advice } = await openBackend("webgpu");
      backend.dispose();
      assertEquals(advice?.includes("--backend onnx") ?? false, said);
      const text = header({
        recipe: recipes.quick(),
        seed: 1,
        backend,
        why,
        advice,
        dataset: "mnist",
        images: { train: 1, validation: 0, test: 1 },
        run: "runs/1",
      });
      assertEquals(text.includes("--backend onnx"), said);
    });
  }
});

Deno.test("--threads is how many the backend onnx takes, and is refused where there is no such choice", async () => {
  const given = (threads: string): Arguments => parse("train", ["--threads", threads], trainFlags);
  for (const name of ["onnx", "auto"]) assertEquals(readThreads(given("3"), name), 3);
  const { backend } = await openBackend("onnx", { threads: readThreads(given("1"), "onnx") });
  assertStringIncludes(backend.device, "on 1 CPU threads");
  backend.dispose();
  assertThrows(() => readThreads(given("2"), "reference"), UsageError, "for the backend onnx");
  assertThrows(() => readThreads(given("0"), "onnx"), UsageError, "whole number from 1");
});

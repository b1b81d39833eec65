// Sweeps on a tiny data folder, for the tests.

import { assert } from "@std/assert";
import { Random } from "@forward-forward/core";
import { idx } from "../../packages/datasets/_testing.ts";

/** Three kinds of noisy 6x6 images, bright in other rows, in MNIST's layout. */
export async function writeData(folder: string): Promise<string> {
  const random = new Random(3);
  await Deno.mkdir(folder, { recursive: true });
  for (const [part, count] of [["train", 240], ["t10k", 30]] as const) {
    const labels = Array.from({ length: count }, (_, i) => i % 3);
    const pixels = labels.flatMap((label) =>
      Array.from({ length: 36 }, (_, i) => {
        const bright = Math.floor(i / 12) === label;
        return (bright ? 120 : 0) + random.below(136);
      })
    );
    await Deno.writeFile(`${folder}/${part}-images-idx3-ubyte`, idx([count, 6, 6], pixels));
    await Deno.writeFile(`${folder}/${part}-labels-idx1-ubyte`, idx([count], labels));
  }
  return folder;
}

/** Writes a sweep's file, for the reference backend and 60 images held out unless it says otherwise. */
export async function writeSweep(path: string, file: Record<string, unknown>): Promise<string> {
  const common = { backend: "reference", validation: 60, ...file };
  await Deno.writeTextFile(path, JSON.stringify(common));
  return path;
}

/** A small recipe for that folder. */
export const RECIPE = { name: "quick", layers: [36, 20, 16], epochs: 3, batchSize: 20 };

/** What `trials.jsonl` says, without how long it took. */
export async function trials(sweep: string): Promise<Record<string, unknown>[]> {
  const text = await Deno.readTextFile(`${sweep}/trials.jsonl`);
  assert(text.endsWith("\n"));
  return text.trimEnd().split("\n").map((line) => {
    const { trainSeconds, ...rest } = JSON.parse(line);
    assert(trainSeconds >= 0);
    return rest;
  });
}

/** SHA-256 of the models of a sweep's trials, in their order. */
export async function models(sweep: string, count: number): Promise<string[]> {
  const sums: string[] = [];
  for (let index = 0; index < count; index++) {
    const bytes = await Deno.readFile(
      `${sweep}/trials/${String(index).padStart(4, "0")}/model.safetensors`,
    );
    sums.push(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex());
  }
  return sums;
}

// Makes the folder of files that is the lab: any host of static files serves it.

import { type Dataset, takeDataset } from "@forward-forward/core";
import { loadMnist } from "@forward-forward/datasets";
import { encodePart, partName, PARTS } from "../shared/mnist_file.ts";
import { buildScripts, type BuiltFile } from "./script.ts";

const STYLES = ["base", "controls", "panels", "watch", "ask", "step", "learn"];
const WASM = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm"];

/** Every file of the page. */
export async function labFiles(): Promise<BuiltFile[]> {
  return [
    ...await pageFiles(),
    ...await dataFiles(),
  ];
}

/** What changes as the lab is worked on: its page, its style and its scripts. */
export async function pageFiles(): Promise<BuiltFile[]> {
  const read = (path: string): Promise<Uint8Array> =>
    Deno.readFile(new URL(`../${path}`, import.meta.url));
  const styles = [
    await Deno.readFile(new URL(import.meta.resolve("uplot/dist/uPlot.min.css"))),
    ...await Promise.all(STYLES.map((name) => read(`style/${name}.css`))),
  ];
  return [
    { path: "index.html", bytes: await read("index.html") },
    { path: "style.css", bytes: concatenated(styles) },
    ...await buildScripts(),
  ];
}

/** What stays: MNIST, the model that comes with the page, TensorFlow.js' WebAssembly. */
export async function dataFiles(): Promise<BuiltFile[]> {
  const files: BuiltFile[] = [];
  const { train, test } = await loadMnist();
  const add = async (part: number | "test", data: Dataset): Promise<void> => {
    files.push({ path: partName(part), bytes: await packed(encodePart(data)) });
  };
  let start = 0;
  for (const [part, count] of PARTS.entries()) {
    await add(part, takeDataset(train, start, start += count));
  }
  await add("test", test);
  const model = await Deno.readFile(new URL("../model/model.safetensors", import.meta.url));
  files.push({ path: "model.safetensors", bytes: model });
  for (const name of WASM) {
    const installed = import.meta.resolve(`@tensorflow/tfjs-backend-wasm/dist/${name}`);
    files.push({ path: `wasm/${name}`, bytes: await Deno.readFile(new URL(installed)) });
  }
  return files;
}

/** Writes files into a folder, and the folders that they need. */
export async function writeFiles(folder: string, files: readonly BuiltFile[]): Promise<void> {
  for (const { path, bytes } of files) {
    const at = `${folder}/${path}`;
    await Deno.mkdir(at.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeFile(at, bytes);
  }
}

async function packed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

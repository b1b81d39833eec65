// The page's script and its workers', with all that they import, for browsers that have modules.

import * as esbuild from "esbuild-wasm/esm/browser.js";

const ENTRIES = ["main.tsx", "train_worker.ts", "ask_worker.ts", "backprop_worker.ts"];

/** A file of the page. */
export interface BuiltFile {
  /** Where it lies in the page's folder. */
  path: string;
  /** What is in it. */
  bytes: Uint8Array;
}

/**
 * Bundles the page and its workers. What several of them need, and what is only loaded where it must be (TensorFlow.js), are files
 * of their own. Throws an `Error` that says what cannot be bundled.
 */
export async function buildScripts(): Promise<BuiltFile[]> {
  const here = (path: string): string => new URL(`../${path}`, import.meta.url).pathname;
  const { success, errors, outputFiles } = await Deno.bundle({
    entrypoints: ENTRIES.map(here),
    platform: "browser",
    codeSplitting: true,
    // Comments go, and with them this machine's paths.
    minify: true,
    write: false,
    outputDir: "/lab",
  });
  if (!success || !outputFiles) {
    throw new Error(`the page cannot be bundled: ${errors.map(({ text }) => text).join("; ")}`);
  }
  const files: BuiltFile[] = [];
  for (const file of outputFiles) {
    const code = await lowered(file.text());
    files.push({ path: file.path.replace(/^.*\//, ""), bytes: new TextEncoder().encode(code) });
  }
  return files;
}

// `using` becomes try and finally, which Safari can read.
async function lowered(code: string): Promise<string> {
  if (!/\busing\b/.test(code)) return code;
  await startEsbuild();
  const options = { minify: true, target: "es2022", format: "esm" } as const;
  return (await esbuild.transform(code, options)).code;
}

let started: Promise<void> | undefined;

function startEsbuild(): Promise<void> {
  return started ??= (async () => {
    const wasm = await Deno.readFile(new URL(import.meta.resolve("esbuild-wasm/esbuild.wasm")));
    await esbuild.initialize({ wasmModule: await WebAssembly.compile(wasm), worker: false });
  })();
}

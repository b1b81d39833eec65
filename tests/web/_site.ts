// The lab as it is built, in a folder and served, for all tests of it.

import { fileURLToPath } from "node:url";
import type { BuiltFile } from "../../apps/web/build/script.ts";
import { serveFiles } from "../../apps/web/build/server.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The built lab. */
export interface Site extends AsyncDisposable {
  /** Where it is served, with a slash at its end. */
  address: string;
  /** Its files. */
  files: BuiltFile[];
}

/** Builds the lab as its task does, into a folder of its own, and serves it from below a path, as some hosts do. */
export async function buildSite(): Promise<Site> {
  const folder = await Deno.makeTempDir();
  try {
    const files = await built(folder);
    const below = files.map(({ path, bytes }) => ({ path: `some/folder/${path}`, bytes }));
    const server = serveFiles(below);
    return {
      address: `http://127.0.0.1:${server.addr.port}/some/folder/`,
      files,
      async [Symbol.asyncDispose](): Promise<void> {
        await server.shutdown();
      },
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function built(folder: string): Promise<BuiltFile[]> {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${root}deno.json`));
  // The task's own command, but for where it may write and what its program is called from here.
  const [, ...flags] = (tasks["web:build"].command as string).split(" ").slice(0, -1);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...flags.map((flag) => flag === "--allow-write=dist" ? `--allow-write=${folder}` : flag),
      `${root}apps/web/build/main.ts`,
      folder,
    ],
    cwd: root,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return await Array.fromAsync(walk(folder));
}

async function* walk(folder: string, path = ""): AsyncGenerator<BuiltFile> {
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${path}`)) {
    if (isDirectory) yield* walk(folder, `${path}${name}/`);
    else {
      const bytes = await Deno.readFile(`${folder}/${path}${name}`);
      yield { path: `${path}${name}`, bytes };
    }
  }
}

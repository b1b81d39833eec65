// Tests of the folder that carries the benchmarks. It is made without Deno, whose packing takes long, and run by the
// Deno that runs the tests, with no network, home or environment.

import { adapterInfo } from "@forward-forward/backend-webgpu";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { gitCommit } from "../_machine.ts";
import type { State } from "./_state.ts";

const missing = await adapterInfo() === null;
const required = Deno.env.get("FF_REQUIRE")?.includes("webgpu") ?? false;
const offline = await isAllowed("unshare", "-n", "true");

async function isAllowed(command: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args, stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

async function output(
  command: string,
  args: string[],
  env?: Record<string, string>,
): Promise<Outcome> {
  const options = env ? { args, env, clearEnv: true } : { args };
  const { code, stdout, stderr } = await new Deno.Command(command, options).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: out!, stderr: err! };
}

// Makes the folder as the task does, and deletes it in the end.
async function withBundle(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "bundle, " });
  try {
    const task = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
    const flags = task.tasks["bench:bundle"].command.split(" ").slice(1, -1) as string[];
    const allowed = flags.map((flag) => flag.replace(/^--allow-write=.*/, "--allow-write"));
    const make = fileURLToPath(new URL("make.ts", import.meta.url));
    const made = await output(Deno.execPath(), [...allowed, make, "--no-deno", folder]);
    assertEquals(made.code, 0, made.stderr);
    await Deno.mkdir(`${folder}/bin`);
    await Deno.symlink(Deno.execPath(), `${folder}/bin/deno`);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

// Runs `./run` in the folder as a machine would where nothing is installed.
function run(
  folder: string,
  args: string[],
  drivers: Record<string, string> = {},
): Promise<Outcome> {
  const env = {
    PATH: `${folder}/bin:/usr/bin:/bin`,
    HOME: "/nonexistent",
    // As where CUDA is: Deno hands it to no process that it starts.
    LD_LIBRARY_PATH: "/nonexistent",
    ...drivers,
  };
  return offline
    ? output("unshare", ["-n", "sh", `${folder}/run`, ...args], env)
    : output("sh", [`${folder}/run`, ...args], env);
}

// What this process was told of drivers, for those that it starts.
function drivers(): Record<string, string> {
  const names = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES", "__EGL_VENDOR_LIBRARY_FILENAMES"];
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

Deno.test({
  name: `run takes a folder through conformance and a benchmark, ${
    offline ? "without network" : "with the network on: `unshare -n` is not allowed here"
  }${missing ? " (no WebGPU adapter)" : ""}`,
  ignore: Deno.build.os !== "linux" || missing && !required,
  fn: () =>
    withBundle(async (folder) => {
      const flags = "--quick --opengl --tests affine --only memory/2".split(" ");
      const { code, stdout, stderr } = await run(folder, flags, drivers());
      assertEquals(code, 0, stdout + stderr);

      const names = Array.from(Deno.readDirSync(`${folder}/results`), ({ name }) => name).sort();
      const [, file = "", text = ""] = names.length === 2 ? ["", ...names] : [];
      const state: State = JSON.parse(await Deno.readTextFile(`${folder}/results/${file}`));
      assertEquals(state.command, "./run --quick --opengl --tests affine --only memory/2");
      assertEquals([state.commit, state.rounds, state.complete], [gitCommit(), 1, true]);
      assertEquals(state.machine.adapter?.startsWith((await adapterInfo())!.description), true);
      assertEquals(state.rows.map(({ name }) => name), ["memory/2"]);
      assertEquals([state.leftOut, state.failed], [[], []]);
      assertEquals(
        state.conformance.map(({ suite, failed, complete }) => [suite, failed, complete]),
        ["webgpu (registers)", "webgpu (tiles)", "tfjs (webgpu)"].map((suite) => [suite, [], true]),
      );
      for (const { passed } of state.conformance) assert(passed > 0);
      assertEquals(text, file.replace(/\.json$/, ".txt"));
      assertStringIncludes(await Deno.readTextFile(`${folder}/results/${text}`), "memory/2");

      // No test is no conformance, and the result says so.
      const none = await run(folder, [...flags, "--tests", "no such test"], drivers());
      assertEquals(none.code, 1, none.stdout + none.stderr);
      assertStringIncludes(none.stderr, "0 passed, 0 failed, 0 s, FAILED");
      const second = `${folder}/results/${file.replace(/\.json$/, "-2.json")}`;
      const { rows, complete }: State = JSON.parse(await Deno.readTextFile(second));
      assertEquals([rows.length, complete], [1, true]);
    }),
});

Deno.test({
  name:
    "run refuses flags that it does not know, and a machine without an adapter, and leaves no result",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withBundle(async (folder) => {
      const refused = async (
        says: string,
        ...rest: Parameters<typeof run> extends [string, ...infer R] ? R : never
      ): Promise<void> => {
        const { code, stdout, stderr } = await run(folder, ...rest);
        assertEquals([code, stdout], [2, ""], stderr);
        const [line, ...others] = stderr.trim().split("\n").filter((line) =>
          !line.startsWith("Unpacking")
        );
        assertStringIncludes(line!, says);
        assertEquals(others, []);
      };
      await refused("run: there is no --fast: see ./run --help", ["--fast"]);
      await refused("run: --only nothing meets no row", ["--only", "nothing"]);
      await refused("run: there is no WebGPU adapter on this machine", ["--opengl"], {
        VK_DRIVER_FILES: "/dev/null",
        VK_ICD_FILENAMES: "/dev/null",
        __EGL_VENDOR_LIBRARY_FILENAMES: "/dev/null",
      });
      assertEquals([...Deno.readDirSync(`${folder}/results`)], []);
    }),
});

// The machine a benchmark ran on: processor, adapter, versions and commit.

import { adapterInfo } from "@forward-forward/backend-webgpu";
import { cpus, loadavg } from "node:os";
import root from "../deno.json" with { type: "json" };
import onnx from "../packages/backend-onnx/deno.json" with { type: "json" };
import { vulkanDevices } from "./_vulkan.ts";
import bench from "./deno.json" with { type: "json" };

/** What has to be known of a machine to read its figures. */
export interface Machine {
  /** When it was looked at, ISO 8601. */
  date: string;
  /** The commit that is measured, with `+` if tracked files differ from it. */
  commit: string | null;
  /** Model of the processor. */
  cpu: string;
  /** Its cores. */
  cores: number;
  /** Operating system and architecture. */
  os: string;
  /** How busy the machine was before: running processes, the mean over a minute. */
  load: number;
  /** Versions of what may take part. */
  versions: Record<string, string | null>;
}

/** What WebGPU runs on, each in words. */
export interface Adapter {
  /** The adapter, if there is one. */
  adapter: string | null;
  /** Its driver, where that is known. */
  driver: string | null;
}

/** Looks at the machine, without its WebGPU adapter. `commit` is for where git cannot tell it. */
export function describeMachine(
  { commit = gitCommit() }: { commit?: string | null } = {},
): Machine {
  return {
    date: new Date().toISOString(),
    commit,
    cpu: cpus()[0]?.model.trim() || "unknown",
    cores: navigator.hardwareConcurrency,
    os: `${Deno.build.os} ${Deno.build.arch}`,
    load: Number(loadavg()[0]!.toFixed(2)),
    versions: {
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      "onnxruntime-node": versionIn(onnx.imports["onnxruntime-node/dist/binding.js"]),
      tfjs: versionIn(root.imports["@tensorflow/tfjs"]),
      "jax-js": versionIn(bench.imports["@jax-js/jax"]),
    },
  };
}

/** Looks at the WebGPU adapter that a backend would take. */
export async function describeAdapter(): Promise<Adapter> {
  const adapter = await adapterInfo();
  if (!adapter) return { adapter: null, driver: null };
  const { description, software } = adapter;
  return {
    adapter: description + (software ? ", in software" : ""),
    driver: driverOf(description),
  };
}

/** The driver of an adapter that is not Vulkan's: Deno takes one of OpenGL where there is no other, and does not say so. */
export const OPENGL = "OpenGL, because Vulkan lists no such device";

function driverOf(description: string): string | null {
  if (Deno.build.os !== "linux") return null;
  return vulkanDevices().find(({ name }) => name === description)?.driver ?? OPENGL;
}

// `npm:@tensorflow/tfjs@4.22.0` and `npm:onnxruntime-node@1.30.0/dist/binding.js`.
function versionIn(specifier: string): string | null {
  return /@(\d[^/]*)/.exec(specifier)?.[1] ?? null;
}

/** The commit of the working tree, with `+` if tracked files differ from it; `null` where git cannot tell. */
export function gitCommit(): string | null {
  const head = git("rev-parse", "--short=12", "HEAD");
  if (head === null) return null;
  return head + (git("status", "--porcelain", "--untracked-files=no") === "" ? "" : "+");
}

function git(...args: string[]): string | null {
  try {
    const { success, stdout } = new Deno.Command("git", { args, stderr: "null" }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch (error) {
    // An unpacked archive, or no git: the figures are as good, their origin is unknown.
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

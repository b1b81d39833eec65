// What WebGPU would run on, in words, and whether that is a GPU at all.

import { environment } from "./_environment.ts";

/** The graphics API that an implementation of WebGPU stands on; `"unknown"` where it does not show. */
export type GraphicsApi = "vulkan" | "opengl" | "metal" | "d3d12" | "unknown";

/** What {@linkcode adapterInfo} tells of an adapter. */
export interface AdapterDescription {
  /** For people: `"llvmpipe (LLVM 15.0.6, 256 bits)"`, or the vendor and architecture where a browser says no more. */
  description: string;
  /**
   * Whether the CPU does the work. WebGPU is then the slow way to use a CPU: WebAssembly (the package
   * `backend-tfjs`) is five to six times as fast in a page, and `backend-onnx` ten times in Deno and Node.
   */
  software: boolean;
  /**
   * The API underneath, which WebGPU does not tell. It is what the implementation says beyond the standard
   * (Chromium with its developer features), or what can be inferred: Metal on Apple's systems, Vulkan below SwiftShader,
   * and in Deno on Linux Vulkan or OpenGL by features that only one of them has. Most browsers leave it unknown.
   */
  api: GraphicsApi;
}

/** Which adapter to ask for. */
export interface AdapterOptions {
  /** Where adapters come from; `navigator.gpu` where absent. */
  gpu?: GPU;
  /** Which of several GPUs; `"high-performance"` where absent. */
  powerPreference?: GPUPowerPreference;
}

/** What {@linkcode describeAdapter} looks at: an adapter, or as much of one as there is. */
export interface Describable {
  /** What it says of itself. */
  readonly info: GPUAdapterInfo;
  /** What it can do; without it the API is often unknown. */
  readonly features?: { has(name: string): boolean };
}

/** The adapter that `createBackend` would take, or `null` if there is none. It has not been tested. */
export async function adapterInfo(
  options: AdapterOptions = {},
): Promise<AdapterDescription | null> {
  const adapter = await requestAdapter(options);
  return adapter && describeAdapter(adapter);
}

/** The adapter that the options ask for, or `null` if there is none. */
export async function requestAdapter(
  { gpu = globalThis.navigator?.gpu, powerPreference = "high-performance" }: AdapterOptions,
): Promise<GPUAdapter | null> {
  // Where the API is missing there is no `gpu`, whatever its type says.
  return await gpu?.requestAdapter({ powerPreference }) ?? null;
}

/** Describes an adapter that one has. */
export function describeAdapter({ info, features }: Describable): AdapterDescription {
  // Browsers leave most of these empty. Deno gives the vendor as a number, which tells people nothing.
  const words = [info.vendor, info.architecture].filter((word) => word && !/^\d+$/.test(word));
  const description = info.description || words.join(" ") || "an unnamed GPU";
  const names = `${description} ${words.join(" ")}`;
  const software = info.isFallbackAdapter ||
    /llvmpipe|lavapipe|softpipe|swiftshader|basic render|software|\bwarp\b/i.test(names);
  return { description, software, api: apiOf(info, names, features) };
}

const SAID: readonly [RegExp, GraphicsApi][] = [
  [/vulkan/i, "vulkan"],
  [/metal/i, "metal"],
  [/d3d12/i, "d3d12"],
  [/opengl/i, "opengl"],
];

function apiOf(
  info: GPUAdapterInfo,
  names: string,
  features: Describable["features"],
): GraphicsApi {
  const { backend } = info as { backend?: unknown };
  if (typeof backend === "string") {
    return SAID.find(([pattern]) => pattern.test(backend))?.[1] ?? "unknown";
  }
  if (/swiftshader/i.test(names)) return "vulkan";
  const { runtime, os } = environment();
  if (os === "macOS") return "metal";
  if (runtime !== "Deno" || os !== "Linux" || !features) return "unknown";
  // Deno has Vulkan and OpenGL there. Over OpenGL it knows no device's number, OpenGL has no such textures, and
  // these are the bounds of subgroups where nothing is known of them.
  if (info.device !== "0" || features.has("bgra8unorm-storage")) return "vulkan";
  return info.subgroupMinSize === 4 && info.subgroupMaxSize === 128 ? "opengl" : "unknown";
}

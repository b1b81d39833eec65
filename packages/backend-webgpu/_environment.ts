// Where this code runs, as far as it decides what to do about a missing or a broken adapter.

import { UnavailableError } from "@forward-forward/core/tensor";

/** A runtime and its system. */
export interface Environment {
  /** What runs the code. */
  readonly runtime: "browser" | "Deno" | "Node.js" | "Bun";
  /** The system below. */
  readonly os: "Linux" | "macOS" | "Windows" | "other";
  /** Whether a page may use WebGPU: it came by https, or from this machine. `true` outside of browsers. */
  readonly secure: boolean;
  /** Whether there is a WebGPU to ask for an adapter. */
  readonly webgpu: boolean;
}

/** What `globalThis` may hold that tells where this code runs. */
interface Globals {
  Deno?: { build: { os: string } };
  process?: { platform: string; versions: Record<string, string | undefined> };
  navigator?: { gpu?: unknown; platform?: string };
  isSecureContext?: boolean;
}

/** The environment that these globals belong to. */
export function environment(globals: object = globalThis): Environment {
  const { Deno, navigator } = globals as Globals;
  const webgpu = Boolean(navigator?.gpu);
  if (Deno) return { runtime: "Deno", os: system(Deno.build.os), secure: true, webgpu };
  // Deno has Node's `process` too, and loads it when it is looked at.
  const { process, isSecureContext } = globals as Globals;
  if (process?.versions?.node) {
    const runtime = process.versions.bun ? "Bun" : "Node.js";
    return { runtime, os: system(process.platform), secure: true, webgpu };
  }
  const os = system(navigator?.platform ?? "");
  return { runtime: "browser", os, secure: isSecureContext !== false, webgpu };
}

function system(name: string): Environment["os"] {
  if (/linux|android/i.test(name)) return "Linux";
  if (/darwin|mac|iphone|ipad/i.test(name)) return "macOS";
  return /^win/i.test(name) ? "Windows" : "other";
}

const WASM = "use backend-tfjs, which computes in WebAssembly";
const OTHER = "use another backend, such as backend-onnx or backend-tfjs";
const VULKAN =
  "install a Vulkan driver; on Debian or Ubuntu `apt-get install mesa-vulkan-drivers` " +
  "gives a software one";

/** Says that there is no adapter, and what to do about it here. */
export function missingAdapter({ runtime, os, secure, webgpu }: Environment): UnavailableError {
  if (runtime === "browser") {
    if (!secure) {
      return new UnavailableError(
        "WebGPU needs a secure context, which this page has not",
        "open the page by https or from localhost",
      );
    }
    return webgpu
      ? new UnavailableError(
        "this browser has no WebGPU adapter",
        "allow graphics acceleration in its settings" +
          (os === "Linux" ? ", or chrome://flags/#enable-unsafe-webgpu in Chrome," : "") +
          ` or ${WASM}`,
      )
      : new UnavailableError(
        "this browser has no WebGPU",
        `update it or take Chrome, Edge, Firefox or Safari in its latest version, or ${WASM}`,
      );
  }
  if (!webgpu) {
    return new UnavailableError(
      `${runtime} has no WebGPU here`,
      runtime === "Deno"
        ? "update Deno"
        : `install the npm package webgpu, make its globals global and give what its create() returns as gpu, or ${OTHER}`,
    );
  }
  return new UnavailableError("no WebGPU adapter was found", driverRemedy(os, VULKAN));
}

/** What to do about an adapter that does not work as it should; `opengl` where it runs on OpenGL. */
export function betterAdapter({ runtime, os }: Environment, opengl: boolean): string {
  if (runtime === "browser") return `update the browser and the graphics driver, or ${WASM}`;
  return driverRemedy(os, opengl ? VULKAN : `update the graphics driver, or ${OTHER}`);
}

function driverRemedy(os: Environment["os"], onLinux: string): string {
  if (os === "Linux") return onLinux;
  return `update ${os === "macOS" ? "macOS" : "the graphics driver"}, or ${OTHER}`;
}

// What to do about a missing adapter, where it is read; and which API an adapter stands on.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UnavailableError } from "@forward-forward/core";
import { betterAdapter, type Environment, environment, missingAdapter } from "./_environment.ts";
import { createBackend, describeAdapter } from "./mod.ts";

const deno = (os: string): object => ({ Deno: { build: { os } }, navigator: { gpu: {} } });
const node = (platform: string, versions = {}): object => ({
  process: { platform, versions: { node: "24.0.0", ...versions } },
  navigator: {},
});
const page = (platform: string, gpu: object | undefined, isSecureContext = true): object => ({
  isSecureContext,
  navigator: { platform, gpu },
});

Deno.test("environment() tells the runtime, the system, and whether there is WebGPU", () => {
  const cases: [object, Environment][] = [
    [deno("linux"), { runtime: "Deno", os: "Linux", secure: true, webgpu: true }],
    [deno("darwin"), { runtime: "Deno", os: "macOS", secure: true, webgpu: true }],
    [deno("windows"), { runtime: "Deno", os: "Windows", secure: true, webgpu: true }],
    [node("win32"), { runtime: "Node.js", os: "Windows", secure: true, webgpu: false }],
    [node("freebsd"), { runtime: "Node.js", os: "other", secure: true, webgpu: false }],
    [node("linux", { bun: "1.3" }), { runtime: "Bun", os: "Linux", secure: true, webgpu: false }],
    [page("MacIntel", {}), { runtime: "browser", os: "macOS", secure: true, webgpu: true }],
    [page("Win32", undefined), { runtime: "browser", os: "Windows", secure: true, webgpu: false }],
    [
      page("Linux x86_64", undefined, false),
      { runtime: "browser", os: "Linux", secure: false, webgpu: false },
    ],
  ];
  for (const [globals, expected] of cases) assertEquals(environment(globals), expected);
  assertEquals(environment().runtime, "Deno");
});

Deno.test("missingAdapter() gives a remedy that fits where it is read", () => {
  const cases: [object, string, string][] = [
    [
      page("Linux x86_64", undefined, false),
      "WebGPU needs a secure context",
      "https or from localhost",
    ],
    [page("Win32", undefined), "this browser has no WebGPU", "backend-tfjs"],
    [page("Linux x86_64", {}), "this browser has no WebGPU adapter", "#enable-unsafe-webgpu"],
    [page("MacIntel", {}), "this browser has no WebGPU adapter", "graphics acceleration"],
    [node("linux"), "Node.js has no WebGPU", "the npm package webgpu"],
    [deno("linux"), "no WebGPU adapter was found", "apt-get install mesa-vulkan-drivers"],
    [deno("darwin"), "no WebGPU adapter was found", "update macOS"],
    [deno("windows"), "no WebGPU adapter was found", "update the graphics driver"],
  ];
  for (const [globals, reason, remedy] of cases) {
    const error = missingAdapter(environment(globals));
    assertStringIncludes(error.reason, reason);
    assertStringIncludes(error.remedy, remedy);
    assertEquals(error.message, `${error.reason}: ${error.remedy}`);
    // Nobody is told to install a Debian package in a browser, or on another system.
    assertEquals(error.message.includes("apt-get"), globals === cases[5]![0]);
  }
});

Deno.test("betterAdapter() advises Vulkan where the adapter runs on OpenGL, and the driver else", () => {
  assertStringIncludes(betterAdapter(environment(deno("linux")), true), "mesa-vulkan-drivers");
  assertStringIncludes(betterAdapter(environment(deno("linux")), false), "graphics driver");
  assertStringIncludes(betterAdapter(environment(deno("windows")), true), "graphics driver");
  assertStringIncludes(betterAdapter(environment(page("Win32", {})), false), "the browser");
});

// Runs `body` where a global is another.
async function withGlobals(
  changed: object,
  body: () => Promise<void>,
): Promise<void> {
  const before = Object.keys(changed).map((name) =>
    [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const
  );
  try {
    for (const [name, value] of Object.entries(changed)) {
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
    await body();
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  }
}

Deno.test("createBackend() in a page without WebGPU says why, and what to do there", async () => {
  const nothing = { Deno: undefined, process: undefined };
  const at = (globals: object): Promise<UnavailableError> => {
    let error: UnavailableError;
    return withGlobals({ ...nothing, ...globals }, async () => {
      error = await assertRejects(() => createBackend(), UnavailableError);
    }).then(() => error);
  };
  const insecure = await at(page("Linux x86_64", undefined, false));
  assertStringIncludes(insecure.message, "WebGPU needs a secure context");
  assertStringIncludes(insecure.message, "https or from localhost");
  const old = await at(page("Linux x86_64", undefined));
  assertStringIncludes(old.message, "this browser has no WebGPU:");
  const gpu = { requestAdapter: () => Promise.resolve(null) };
  const bare = await at(page("Linux x86_64", gpu));
  assertStringIncludes(bare.message, "this browser has no WebGPU adapter:");
});

Deno.test("createBackend() with a WebGPU of its own but no adapter asks for none to be installed in Node", async () => {
  const gpu = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;
  await withGlobals({ Deno: undefined, ...node("linux") }, async () => {
    const error = await assertRejects(() => createBackend({ gpu }), UnavailableError);
    assertStringIncludes(error.message, "no WebGPU adapter was found: install a Vulkan driver");
  });
});

Deno.test("describeAdapter() tells the API where it is said or can be inferred, else that it is unknown", async () => {
  const api = (info: object, features?: string[]): string =>
    describeAdapter({
      info: info as GPUAdapterInfo,
      ...features ? { features: new Set(features) } : {},
    }).api;
  assertEquals(api({ backend: "D3D12", vendor: "nvidia" }), "d3d12");
  assertEquals(api({ backend: "vulkan", vendor: "nvidia" }), "vulkan");
  assertEquals(api({ backend: "opengles", vendor: "arm" }), "opengl");
  assertEquals(api({ backend: "null" }), "unknown");
  assertEquals(api({ vendor: "google", architecture: "swiftshader" }), "vulkan");
  await withGlobals(deno("linux"), () => {
    const unheard = { device: "0", subgroupMinSize: 4, subgroupMaxSize: 128 };
    assertEquals(api(unheard, ["timestamp-query"]), "opengl");
    assertEquals(api(unheard, ["bgra8unorm-storage"]), "vulkan");
    assertEquals(api({ device: "9860", subgroupMinSize: 32, subgroupMaxSize: 32 }, []), "vulkan");
    assertEquals(api({ device: "0", subgroupMinSize: 8, subgroupMaxSize: 8 }, []), "unknown");
    assertEquals(api(unheard), "unknown", "a device does not have its adapter's features");
    return Promise.resolve();
  });
  await withGlobals(deno("darwin"), () => Promise.resolve(assertEquals(api({}, []), "metal")));
  await withGlobals(deno("windows"), () => Promise.resolve(assertEquals(api({}, []), "unknown")));
});

Deno.test({
  name: "describeAdapter() tells OpenGL from Vulkan on this machine (Linux only)",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const program = `const adapter = await navigator.gpu.requestAdapter();
const { device, subgroupMinSize, subgroupMaxSize } = adapter?.info ?? {};
const info = { device, subgroupMinSize, subgroupMaxSize };
console.log(JSON.stringify(adapter && { info, features: [...adapter.features] }));`;
    const script = `data:text/javascript,${encodeURIComponent(program)}`;
    // Either may be missing.
    const found = async (backend: string): Promise<string[]> => {
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--no-prompt", script],
        env: { XDG_RUNTIME_DIR: "/tmp", DENO_WEBGPU_BACKEND: backend },
      }).output();
      const adapter = JSON.parse(new TextDecoder().decode(stdout));
      if (!adapter) return [];
      return [describeAdapter({ ...adapter, features: new Set(adapter.features) }).api];
    };
    const [vulkan, opengl] = await Promise.all([found("vulkan"), found("gl")]);
    if (Deno.env.get("FF_REQUIRE")?.includes("webgpu")) assert(vulkan.length + opengl.length > 0);
    assertEquals(vulkan, vulkan.map(() => "vulkan"));
    assertEquals(opengl, opengl.map(() => "opengl"));
  },
});

// What to do about a WebGPU that is missing or broken, where this code runs.

interface Globals {
  Deno?: { build: { os: string } };
  process?: { platform?: string };
}

const WASM = "use the device wasm";

/** What to do about a missing adapter, and about one that does not work as it should. */
export function adapterRemedy(globals: object = globalThis): string {
  const places = globals as Globals;
  // A page has neither.
  const os = places.Deno?.build.os ?? places.process?.platform;
  if (os === undefined) return `update the browser and allow it graphics acceleration, or ${WASM}`;
  return os === "linux"
    ? "install a graphics driver with Vulkan (in software, on Debian or Ubuntu: apt-get install " +
      `mesa-vulkan-drivers), or ${WASM}`
    : `update the graphics driver, or ${WASM}`;
}

// What WebGPU would run on, in words, and whether that is a GPU at all.

/** What {@linkcode adapterInfo} tells of an adapter. */
export interface AdapterDescription {
  /** For people: `"llvmpipe (LLVM 15.0.6, 256 bits)"`, or the vendor and architecture where a browser says no more. */
  description: string;
  /** Whether the CPU does the work. */
  software: boolean;
}

/** Which adapter to ask for. */
export interface AdapterOptions {
  /** Where adapters come from; `navigator.gpu` where absent. */
  gpu?: GPU;
  /** Which of several GPUs; `"high-performance"` where absent. */
  powerPreference?: GPUPowerPreference;
}

/** The adapter that `createBackend` would take, or `null` if there is none. */
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
export function describeAdapter({ info }: { info: GPUAdapterInfo }): AdapterDescription {
  // Browsers leave most of these empty. Deno gives the vendor as a number, which tells people nothing.
  const words = [info.vendor, info.architecture].filter((word) => word && !/^\d+$/.test(word));
  const description = info.description || words.join(" ") || "an unnamed GPU";
  const software = info.isFallbackAdapter ||
    /llvmpipe|lavapipe|softpipe|swiftshader|basic render|software|\bwarp\b/i
      .test(`${description} ${words.join(" ")}`);
  return { description, software };
}

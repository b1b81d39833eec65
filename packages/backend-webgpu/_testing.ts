// For tests: whether there is a sound adapter, and devices that compute wrongly, as broken drivers do.

import { UnavailableError } from "@forward-forward/core";
import { createBackend } from "./create_backend.ts";

// The driver prints a line for every adapter asked for while this is unset.
if (!Deno.env.get("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", "/tmp");

/** Why there is no backend here, or `null` where there is one: no adapter, or what it computes wrongly. */
export const missing: string | null = await createBackend().then(
  (backend) => {
    backend.dispose();
    return null;
  },
  (error) => {
    if (error instanceof UnavailableError) return error.reason;
    throw error;
  },
);

/** Whether a missing backend makes its tests fail instead of being ignored. */
export const required: boolean = Deno.env.get("FF_REQUIRE")?.includes("webgpu") ?? false;

/** A new device of the adapter there is, whose shaders are rewritten before it sees them. */
export async function wrongDevice(rewrite: (code: string) => string): Promise<GPUDevice> {
  const device = await openDevice();
  const { createShaderModule } = device;
  device.createShaderModule = (descriptor) =>
    createShaderModule.call(device, { ...descriptor, code: rewrite(descriptor.code) });
  return device;
}

// As it was before a test may have put another in its place.
const { gpu } = navigator;

/** A new device of the adapter there is. */
export async function openDevice(): Promise<GPUDevice> {
  return await (await gpu.requestAdapter())!.requestDevice();
}

/** A WebGPU whose adapters are like the real ones but for this; their devices come from `open`. */
export function gpuLike(
  changes: { info?: Partial<GPUAdapterInfo> },
  open: () => Promise<GPUDevice>,
): GPU {
  const requestAdapter = async (): Promise<GPUAdapter> => {
    const { info, limits, features } = (await gpu.requestAdapter())!;
    const { vendor, architecture, device, description } = info;
    const told = { vendor, architecture, device, description, ...changes.info };
    return { info: told, limits, features, requestDevice: open } as unknown as GPUAdapter;
  };
  return { requestAdapter } as unknown as GPU;
}

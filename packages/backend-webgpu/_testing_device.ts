// What tests of this package share: the adapter, if there is one, and devices with something wrong.

import { adapterInfo } from "./adapter_info.ts";
import type { WebGPUBackendOptions } from "./backend.ts";

// The driver prints a line for every adapter asked for while this is unset.
if (!Deno.env.get("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", "/tmp");

const missing = await adapterInfo() === null;
const required = Deno.env.get("FF_REQUIRE")?.includes("webgpu") ?? false;

/** Registers a test that needs an adapter; `lacks` says what else it needs and is not there. */
export function test(name: string, fn: () => Promise<void>, lacks?: string | null): void {
  const reason = missing ? "no WebGPU adapter" : lacks;
  Deno.test({
    name: reason ? `${name} (${reason})` : name,
    ignore: Boolean(reason) && !(missing && required),
    // A fence on the queue may be passed after the test that set it.
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}

/** Opens a device with WebGPU's default limits. */
export async function openDevice(descriptor: GPUDeviceDescriptor = {}): Promise<GPUDevice> {
  const adapter = await navigator.gpu.requestAdapter();
  return await adapter!.requestDevice(descriptor);
}

/** How a backend takes a device with limits too small for the self-test. */
export const LIMITED: WebGPUBackendOptions = { description: "a limited device", software: true };

/** Makes a device say that its limits are smaller than they are. */
export function limit(
  device: GPUDevice,
  limits: Partial<Record<keyof GPUSupportedLimits, number>>,
): void {
  const { limits: actual } = device;
  const value = new Proxy(actual, {
    get: (_, name) => Reflect.get(limits, name) ?? Reflect.get(actual, name, actual),
  });
  Object.defineProperty(device, "limits", { value });
}

/**
 * Makes a device give out invalid buffers, and the error that goes with them, for sizes from `most` on: what a device does
 * whose memory is full. `most` may be changed.
 */
export function shortOfMemory(device: GPUDevice, most: number): { most: number } {
  const memory = { most };
  const createBuffer = device.createBuffer.bind(device);
  const popErrorScope = device.popErrorScope.bind(device);
  let refused: string | null = null;
  device.createBuffer = (descriptor): GPUBuffer => {
    if (descriptor.size < memory.most) return createBuffer(descriptor);
    refused = "not enough memory left";
    // A buffer that can be mapped for both is refused whatever its size.
    return createBuffer({
      ...descriptor,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.MAP_WRITE,
    });
  };
  // In place of the error that such a buffer makes.
  device.popErrorScope = async (): Promise<GPUError | null> => {
    const message = refused;
    refused = null;
    const error = await popErrorScope();
    return message === null ? error : new GPUOutOfMemoryError(message);
  };
  return memory;
}

// For tests: devices with something wrong.

import { gpu, openDevice } from "./_testing.ts";
import type { WebGPUBackendOptions } from "./backend.ts";

/** A new device of the adapter there is, whose shaders are rewritten before it sees them. */
export async function wrongDevice(rewrite: (code: string) => string): Promise<GPUDevice> {
  const device = await openDevice();
  const { createShaderModule } = device;
  device.createShaderModule = (descriptor) =>
    createShaderModule.call(device, { ...descriptor, code: rewrite(descriptor.code) });
  return device;
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

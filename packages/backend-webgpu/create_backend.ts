// Opens a device, sees that it computes right, and makes a backend of it.

import { UnavailableError } from "@forward-forward/core/tensor";
import { betterAdapter, environment, missingAdapter } from "./_environment.ts";
import { requireSound } from "./_require_sound.ts";
import {
  type AdapterDescription,
  type AdapterOptions,
  describeAdapter,
  requestAdapter,
} from "./adapter_info.ts";
import { WebGPUBackend } from "./backend.ts";

/** How {@linkcode createBackend} opens its device. */
export interface CreateBackendOptions extends AdapterOptions {
  /** A device to share, which stays its owner's: `dispose` leaves it open. */
  device?: GPUDevice;
  /** The adapter to open a device on. */
  adapter?: GPUAdapter;
  /**
   * The only kind of matrix kernel to use: `"tiles"` in workgroup memory, which suits GPUs, or `"registers"`, which
   * suits drivers that run on the CPU. Where absent, `flush` measures what suits the products that come often.
   * Results are the same bits with either; see {@linkcode WebGPUBackend.tune}.
   */
  matmul?: "tiles" | "registers";
  /** Whether `flush` may take a second to measure matrix kernels; `true` where absent. */
  tune?: boolean;
}

/**
 * Opens a WebGPU device with the largest buffers its adapter allows, and makes a backend of it.
 *
 * The device computes a few things first whose results are known, because some adapters compute wrongly and say
 * nothing. That takes one submission and one read, once for an adapter and once for each device that is given.
 *
 * Where {@linkcode WebGPUBackend.software} turns out `true` the CPU does the work, and other backends do it faster:
 * `backend-tfjs` in a page, `backend-onnx` elsewhere.
 *
 * @throws {UnavailableError} If there is no adapter, it opens no device, or it computes wrongly; what is wrong, and
 * what to do about it here.
 */
export async function createBackend(options: CreateBackendOptions = {}): Promise<WebGPUBackend> {
  const { device, matmul, tune } = options;
  if (device) {
    const described = describeDevice(device, options.adapter);
    await requireSound(device, { ...described, matmul, source: device });
    return new WebGPUBackend(device, { ...described, matmul, tune });
  }
  const gpu = options.gpu ?? globalThis.navigator?.gpu;
  const adapter = options.adapter ?? await requestAdapter(options);
  if (!adapter) throw missingAdapter({ ...environment(), webgpu: Boolean(gpu) });
  const described = describeAdapter(adapter);
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  let opened: GPUDevice;
  try {
    opened = await adapter.requestDevice({
      label: "forward-forward",
      // Tells which matrix kernel is the fastest.
      requiredFeatures: adapter.features.has("timestamp-query") ? ["timestamp-query"] : [],
      requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
    });
  } catch (cause) {
    throw new UnavailableError(
      `the WebGPU adapter ${described.description} opens no device (${(cause as Error).message})`,
      betterAdapter(environment(), described.api === "opengl"),
      { cause },
    );
  }
  try {
    await requireSound(opened, { ...described, matmul, source: options.adapter ?? gpu });
  } catch (error) {
    opened.destroy();
    throw error;
  }
  return new WebGPUBackend(opened, { ...described, matmul, tune, owned: true, source: gpu });
}

// Older implementations do not tell a device's adapter.
function describeDevice(device: GPUDevice, adapter?: GPUAdapter): AdapterDescription {
  if (adapter) return describeAdapter(adapter);
  const info = (device as { adapterInfo?: GPUAdapterInfo }).adapterInfo;
  // A device has the features that it was asked for, which tell nothing.
  if (info) return describeAdapter({ info });
  return { description: "a GPU device", software: false, api: "unknown" };
}

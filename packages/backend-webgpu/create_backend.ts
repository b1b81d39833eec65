// Opens a device and makes a backend of it.

import { UnavailableError } from "@forward-forward/core";
import { type AdapterOptions, describeAdapter, requestAdapter } from "./adapter_info.ts";
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
 * Throws an {@linkcode UnavailableError} where there is no adapter, or it opens no device.
 */
export async function createBackend(options: CreateBackendOptions = {}): Promise<WebGPUBackend> {
  const { device, matmul, tune } = options;
  if (device) {
    const described = describeDevice(device, options.adapter);
    return new WebGPUBackend(device, { ...described, matmul, tune });
  }
  const adapter = options.adapter ?? await requestAdapter(options);
  if (!adapter) {
    throw new UnavailableError(
      "no WebGPU adapter was found",
      "install a Vulkan driver; on Debian or Ubuntu `apt-get install mesa-vulkan-drivers` gives a " +
        "software one",
    );
  }
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
      `the WebGPU adapter ${described.description} opens no device: ${(cause as Error).message}`,
      "update the graphics driver, or choose another backend",
      { cause },
    );
  }
  return new WebGPUBackend(opened, { ...described, matmul, tune, owned: true });
}

// Older implementations do not tell a device's adapter.
function describeDevice(
  device: GPUDevice,
  adapter?: GPUAdapter,
): ReturnType<typeof describeAdapter> {
  const info = adapter?.info ?? (device as { adapterInfo?: GPUAdapterInfo }).adapterInfo;
  return info ? describeAdapter({ info }) : { description: "a GPU device", software: false };
}

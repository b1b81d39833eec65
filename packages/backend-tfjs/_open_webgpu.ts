// Opens TensorFlow.js on a WebGPU device of its own.

import { UnavailableError } from "@forward-forward/core/tensor";
import * as tf from "@tensorflow/tfjs";
import type { Device } from "./_device.ts";
import { adapterRemedy } from "./_remedy.ts";

/** Opens the `webgpu` device. */
export async function openWebgpu(): Promise<Device> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    throw globalThis.isSecureContext === false
      ? new UnavailableError(
        "WebGPU needs a secure context, which this page has not",
        "open the page by https or from localhost, or use the device wasm",
      )
      : new UnavailableError("there is no WebGPU adapter here", adapterRemedy());
  }
  const [{ WebGPUBackend }, { GpuDevice }] = await Promise.all([
    import("@tensorflow/tfjs-backend-webgpu"),
    import("./_gpu_device.ts"),
  ]);
  // TensorFlow.js sizes its kernels by the device's limits, so it gets all that the adapter has.
  const { limits, info } = adapter;
  const name = info.description || [info.vendor, info.architecture].filter(Boolean).join(" ") ||
    "an adapter without a name";
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({
      requiredLimits: {
        maxBufferSize: limits.maxBufferSize,
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
        maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
        maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
        maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      },
    });
  } catch (cause) {
    throw new UnavailableError(
      `the WebGPU adapter ${name} opens no device (${(cause as Error).message})`,
      adapterRemedy(),
      { cause },
    );
  }
  // Else operations on small tensors would be computed in JavaScript, and give other last digits.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  return new GpuDevice(
    new WebGPUBackend(device, info),
    `TensorFlow.js ${tf.version.tfjs} on WebGPU: ${name}`,
  );
}

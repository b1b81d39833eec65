// Opens TensorFlow.js on a WebGPU device of its own.

import { UnavailableError } from "@forward-forward/core";
import * as tf from "@tensorflow/tfjs";
import type { Device } from "./_device.ts";

/** Opens the `webgpu` device. */
export async function openWebgpu(): Promise<Device> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    throw new UnavailableError(
      "There is no WebGPU adapter on this machine.",
      "Install a graphics driver with Vulkan (in software, on Debian or Ubuntu: apt-get install " +
        "mesa-vulkan-drivers), or use the device wasm.",
    );
  }
  const [{ WebGPUBackend }, { GpuDevice }] = await Promise.all([
    import("@tensorflow/tfjs-backend-webgpu"),
    import("./_gpu_device.ts"),
  ]);
  // TensorFlow.js sizes its kernels by the device's limits, so it gets all that the adapter has.
  const { limits, info } = adapter;
  const device = await adapter.requestDevice({
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    },
  });
  // Else operations on small tensors would be computed in JavaScript, and give other last digits.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  const name = info.description || [info.vendor, info.architecture].filter(Boolean).join(" ");
  return new GpuDevice(
    new WebGPUBackend(device, info),
    `TensorFlow.js ${tf.version.tfjs} on WebGPU: ${name || "an adapter without a name"}`,
  );
}

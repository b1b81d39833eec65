// Opens TensorFlow.js's plain JavaScript.

import * as tf from "@tensorflow/tfjs";
import type { Device } from "./_device.ts";
import { HostDevice } from "./_host_device.ts";

/** Opens the `cpu` device. */
export function openCpu(): Device {
  const backend = new tf.MathBackendCPU();
  // Its first use would print an advertisement of another package, which does not run in Deno.
  Reflect.set(backend, "firstUse", false);
  return new HostDevice("cpu", backend, {
    name: "tfjs-cpu",
    label: `TensorFlow.js ${tf.version.tfjs} in plain JavaScript`,
  });
}

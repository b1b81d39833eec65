// A place of its own in TensorFlow.js's registry for each opened device.

import * as tf from "@tensorflow/tfjs";

// No underscore: TensorFlow.js takes what comes before the first one for the name.
const PREFIX = "forward-forward-";

let opened = 0;

// The current backend of code that uses TensorFlow.js itself, to give back at the end.
let theirs: string | undefined;

/**
 * Registers a backend of TensorFlow.js under a new name, with the kernels of its kind, and returns the name.
 *
 * With one name for all, closing one device would close it for everyone, the user's own code included.
 */
export function register(kind: string, instance: tf.KernelBackend): string {
  const id = `${PREFIX}${kind}-${++opened}`;
  tf.copyRegisteredKernels(kind, id);
  // The lowest priority: TensorFlow.js never chooses this one by itself.
  tf.registerBackend(id, () => instance, 0);
  return id;
}

/** Undoes {@linkcode register}, and disposes of the backend. */
export function unregister(id: string): void {
  tf.removeBackend(id);
  for (const { kernelName } of tf.getKernelsForBackend(id)) tf.unregisterKernel(kernelName, id);
  if (!tf.getBackend() && theirs && tf.findBackend(theirs)) void tf.setBackend(theirs);
}

/** Makes `id` the current backend. */
export function use(id: string): void {
  const current = tf.getBackend();
  if (current === id) return;
  if (!current?.startsWith(PREFIX)) theirs = current;
  // The promise is for backends that are not ready; this one is, so the switch is done on return.
  void tf.setBackend(id);
}

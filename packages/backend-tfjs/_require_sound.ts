// Refuses a WebGPU that computes wrongly, and remembers those that do not.

import { UnavailableError } from "@forward-forward/core/tensor";
import * as tf from "@tensorflow/tfjs";
import type { TfjsBackend } from "./_backend.ts";
import { adapterRemedy } from "./_remedy.ts";
import { selfTest } from "./_soundness.ts";

// Which adapters passed, of those that came from a GPU.
const passed = new WeakMap<object, Set<string>>();

/**
 * Runs the self-test on a backend unless one on the same adapter has passed. Closes it if it fails.
 *
 * @throws {UnavailableError} If it computes wrongly, refuses what it should do, or is lost over it.
 */
export async function requireSound(backend: TfjsBackend): Promise<void> {
  const { gpu } = navigator;
  const names = passed.get(gpu) ?? new Set();
  if (names.has(backend.device)) return;
  const theirs = tf.getBackend();
  let fault: string | null;
  let cause: unknown;
  try {
    fault = await selfTest(backend);
  } catch (error) {
    cause = error;
    const [first] = (error as Error).message.trim().split("\n");
    fault = `fails its self-test (${first})`;
  }
  // The test is no operation of the user's, after which this would be the current backend.
  if (theirs && tf.findBackend(theirs)) await tf.setBackend(theirs);
  if (fault !== null) {
    backend.dispose();
    throw new UnavailableError(`${backend.device} ${fault}`, adapterRemedy(), { cause });
  }
  passed.set(gpu, names.add(backend.device));
}

// Refuses a device that computes wrongly, and remembers those that do not.

import { UnavailableError } from "@forward-forward/core/tensor";
import { betterAdapter, environment } from "./_environment.ts";
import { selfTest } from "./_soundness.ts";
import type { Family } from "./_variant.ts";
import type { AdapterDescription } from "./adapter_info.ts";

/** A device about to be used. */
export interface Suspect extends AdapterDescription {
  /** The only family of matrix kernels that will be used. */
  matmul?: Family | undefined;
  /** What opens devices like it: where adapters come from, an adapter, or the device itself if nothing is known of it. */
  source: object;
}

// What passed, of what each source opened. A source that somebody else made vouches for nothing but itself.
const passed = new WeakMap<object, Set<string>>();

/**
 * Runs the self-test on a device unless one like it has passed.
 *
 * @throws {UnavailableError} If it computes wrongly, refuses what it should do, or is lost over it.
 */
export async function requireSound(device: GPUDevice, suspect: Suspect): Promise<void> {
  const { description, software, api, matmul, source } = suspect;
  // Tiles take software drivers from a third of a second to many seconds to compile. They get them only if asked to.
  const usual: Family[] = software ? ["registers"] : ["tiles", "registers"];
  const families = matmul ? [matmul] : usual;
  const name = [description, api, ...families].join();
  const names = passed.get(source) ?? new Set();
  if (names.has(name)) return;

  let fault: string | null;
  let cause: unknown;
  try {
    fault = await selfTest(device, families);
  } catch (error) {
    cause = error;
    const [first] = (error as Error).message.trim().split("\n");
    fault = `fails its self-test (${first})`;
  }
  if (fault !== null) {
    throw new UnavailableError(
      `the WebGPU adapter ${description} ${fault}`,
      betterAdapter(environment(), api === "opengl"),
      { cause },
    );
  }
  passed.set(source, names.add(name));
}

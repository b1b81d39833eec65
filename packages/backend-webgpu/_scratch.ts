// Memory to try kernels on, which the device may refuse without harm.

import { attempt } from "./_attempt.ts";
import { type Block, largestBinding, requireRoom } from "./_pool.ts";
import type { Recorder } from "./_recorder.ts";

// The numbers of a pool's blocks count up from zero.
let last = 0;

/**
 * Runs `work` on blocks of at least these bytes, filled with zeros, or with `null` where the device has no room for them.
 * Throws a `RangeError` above the device's limit of a buffer.
 */
export async function withScratch<T>(
  recorder: Recorder,
  operation: string,
  sizes: readonly number[],
  work: (blocks: readonly Block[] | null) => Promise<T>,
): Promise<T> {
  const { device, health } = recorder;
  const limit = largestBinding(device);
  requireRoom(operation, Math.max(...sizes), limit);
  const blocks: Block[] = [];
  try {
    return await work(await allocate() ? blocks : null);
  } finally {
    for (const { buffer } of blocks) buffer.destroy();
    recorder.forget();
  }

  async function allocate(): Promise<boolean> {
    try {
      const { error } = attempt(device, () => {
        for (const bytes of sizes) {
          // Kernels may see any tensor as vectors of four.
          const size = Math.min(Math.ceil(bytes / 64) * 64, limit);
          const usage = GPUBufferUsage.STORAGE;
          const buffer = device.createBuffer({ label: operation, size, usage });
          blocks.push({ id: --last, buffer, touched: -1, written: -1, failure: null });
        }
      });
      return await health.guard(error) === null;
    } catch {
      health.check();
      return false;
    }
  }
}

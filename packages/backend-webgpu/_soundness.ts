// Whether a device computes right: all that the kernels rely on, in one submission and one read.

import { firstFault, type SelfCheck } from "@forward-forward/core/tensor";
import type { Block } from "./_pool.ts";
import { type Dispatch, Recorder } from "./_recorder.ts";
import {
  doesArithmetic,
  hashesIntegers,
  multipliesMatrices,
  readsParameters,
} from "./_soundness_trials.ts";
import type { Family } from "./_variant.ts";

/** The numbers of a block, once all has been read. */
export type Numbers = () => Float32Array;

/** What a trial runs on. */
export interface Bench {
  /** A block with these numbers in it. */
  upload(data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): Block;
  /** The first `count` floats of a block, as they are when everything has run. */
  watch(block: Block, count: number): Numbers;
  /** Records a dispatch. */
  run(dispatch: Dispatch): void;
}

/** Records what it tries, and returns what tells right from wrong once everything has run. */
export type Trial = (bench: Bench) => () => SelfCheck[];

/**
 * What a device gets wrong, as `"multiplies matrices wrongly (0 instead of 12)"`, or `null` where it computes right.
 * It runs kernels as training does, those of these families of matrix products among them. Throws what the device
 * throws where it refuses them or is lost.
 */
export async function selfTest(
  device: GPUDevice,
  families: readonly Family[],
): Promise<string | null> {
  const recorder = new Recorder(device);
  const blocks: Block[] = [];
  const watched: { block: Block; bytes: number }[] = [];
  let copies: ArrayBuffer[] = [];
  const bench: Bench = {
    upload(data): Block {
      const block = recorder.upload("self-test", data);
      blocks.push(block);
      return block;
    },
    watch(block, count): Numbers {
      const index = watched.push({ block, bytes: 4 * count }) - 1;
      return () => new Float32Array(copies[index]!);
    },
    run({ kernel, blocks, grid, sizes, scalars }): void {
      recorder.dispatch(kernel, blocks, grid, sizes, scalars);
    },
  };
  try {
    // What the others need comes first, so that a fault is called by its own name.
    const results = [
      readsParameters,
      hashesIntegers,
      doesArithmetic,
      ...families.map(multipliesMatrices),
    ].map((trial) => trial(bench));
    copies = await recorder.read(watched);
    return firstFault(results.flatMap((checks) => checks()));
  } finally {
    for (const block of blocks) recorder.pool.give(block);
    recorder.dispose();
  }
}

// The choice of an epoch by validation: training may go on past its best.

import type { EpochReport } from "./fit.ts";
import type { FFNetwork } from "./network.ts";
import type { NetworkState } from "./state.ts";

/**
 * Keeps the weights of the epoch that predicted the validation images best, the first of equals.
 *
 * @example
 * ```ts
 * import { BestEpoch, FFNetwork, recipes } from "@forward-forward/core";
 * import { ReferenceBackend } from "@forward-forward/core/reference";
 *
 * const labels = Uint8Array.from({ length: 60 }, (_, i) => i % 2);
 * const images = Uint8Array.from({ length: 960 }, (_, i) => (i % 4 < 2) === (labels[i >> 4] === 0) ? 255 : 0);
 * const data = { images, labels, count: 60, rows: 4, columns: 4, classes: 2 };
 *
 * using backend = new ReferenceBackend();
 * const recipe = recipes.quick({ layers: [16, 20, 20], classes: 2, batchSize: 10 });
 * using network = new FFNetwork(backend, recipe);
 * const best = new BestEpoch();
 * for await (const report of network.fit(data, { validation: data })) await best.offer(report, network);
 * best.restore(network);
 * console.log(best.epoch, best.error);
 * ```
 */
export class BestEpoch {
  /** The best epoch so far, 0 for none. */
  epoch: number = 0;
  /** Its validation error. */
  error: number = Infinity;
  #state: NetworkState | null = null;

  /** Starts from nothing, or from what was best before. */
  constructor(before?: { epoch: number; error: number; state: NetworkState }) {
    if (!before) return;
    this.epoch = before.epoch;
    this.error = before.error;
    this.#state = before.state;
  }

  /**
   * Keeps the network's weights if this epoch is better than all before; says whether it is. Throws a `TypeError` for a report
   * without validation.
   */
  async offer({ epoch, validation }: EpochReport, network: FFNetwork): Promise<boolean> {
    if (!validation) {
      throw new TypeError("the best epoch is chosen by validation images: fit with some held out");
    }
    if (validation.error >= this.error) return false;
    this.#state = await network.state();
    this.epoch = epoch;
    this.error = validation.error;
    return true;
  }

  /** Gives the network the weights that were kept, if any were. */
  restore(network: FFNetwork): void {
    if (this.#state) network.load(this.#state);
  }
}

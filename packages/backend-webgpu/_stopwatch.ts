// How long dispatches take, by a clock of the device that may be coarse, wrong or absent.

import { attempt } from "./_attempt.ts";
import type { Block } from "./_pool.ts";
import type { Dispatch, Recorder } from "./_recorder.ts";
import { fill } from "./kernels/fill.ts";

// A run of as many steps of the clock is measured to 3 %, and a shorter one than this is at the mercy of the system.
const LEAST_STEPS = 32;
const LEAST_MILLISECONDS = 2;

// Some sixty runs of this length make a second, which is all that there is.
const MOST_MILLISECONDS = 16;

// Runs of next to nothing that show the clock's step: more of them where a few do not move it. A browser's clock has a step
// of 100 us; one that stands still for longer than these take is of no use.
const PROBES = [32, 512];

/** Times dispatches. */
export class Stopwatch {
  readonly #recorder: Recorder;
  readonly #now: () => number;
  #least: number | null = null;

  /** A stopwatch for what runs on the recorder's device. The host's clock `now` tells sense from nonsense. */
  constructor(recorder: Recorder, now: () => number = () => performance.now()) {
    this.#recorder = recorder;
    this.#now = now;
  }

  /** Whether the device has a clock, its feature `timestamp-query`, and it was not found to tell nothing. */
  get usable(): boolean {
    return this.#recorder.device.features.has("timestamp-query") && this.#least !== Infinity;
  }

  /**
   * Milliseconds that a run must take for its time to tell, found out once; `Infinity` where the clock tells nothing.
   * `block` is overwritten.
   */
  async least(block: Block): Promise<number> {
    return this.#least ??= await this.#probe(block);
  }

  /**
   * Milliseconds that each dispatch takes to run `repeats` times, all of them together 4096 times at most. It is
   * `NaN` where what the clock says cannot be, and `null` where the device refuses to run them. Neither is an error.
   */
  async time(dispatches: readonly Dispatch[], repeats: number): Promise<number[] | null> {
    const start = this.#now();
    const stamps = await this.#stamps(dispatches, repeats);
    // A browser's other clock has a step of up to a millisecond.
    const most = 1.5 * (this.#now() - start) + 2;
    return stamps && dispatches.map((_, i) => {
      const span = stamps[2 * i + 1]! - stamps[2 * i]!;
      return span >= 0 && span <= most ? span : NaN;
    });
  }

  // The least time that the clock ever shows between two moments is one step, or several, but never less.
  async #probe(block: Block): Promise<number> {
    const dispatch = {
      kernel: fill,
      blocks: [block],
      grid: { x: 1, y: 1 },
      sizes: [1, 1],
      scalars: [0],
    };
    for (const count of PROBES) {
      const stamps = await this.#stamps(Array(count).fill(dispatch), 1);
      if (!stamps) return Infinity;
      const steps = stamps.slice(1).map((stamp, i) => stamp - stamps[i]!);
      if (steps.some((step) => step < 0)) return Infinity;
      const step = Math.min(...steps.filter((step) => step > 0));
      const least = Math.max(LEAST_MILLISECONDS, LEAST_STEPS * step);
      if (least <= MOST_MILLISECONDS) return least;
    }
    return Infinity;
  }

  // When each run began and ended, in milliseconds since the first began.
  async #stamps(dispatches: readonly Dispatch[], repeats: number): Promise<number[] | null> {
    const { device, health } = this.#recorder;
    const made: { destroy(): void }[] = [];
    const keep = <T extends { destroy(): void }>(one: T): T => {
      made.push(one);
      return one;
    };
    const { QUERY_RESOLVE, COPY_SRC, MAP_READ, COPY_DST } = GPUBufferUsage;
    const count = 2 * dispatches.length;
    const size = 8 * count;
    try {
      const { result, error } = this.#recorder.apart((encoder, dispatch) => {
        const querySet = keep(device.createQuerySet({ type: "timestamp", count }));
        const resolved = keep(device.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SRC }));
        const mapped = keep(device.createBuffer({ size, usage: MAP_READ | COPY_DST }));
        dispatches.forEach((one, i) => {
          const [beginningOfPassWriteIndex, endOfPassWriteIndex] = [2 * i, 2 * i + 1];
          const pass = encoder.beginComputePass({
            timestampWrites: { querySet, beginningOfPassWriteIndex, endOfPassWriteIndex },
          });
          for (let r = 0; r < repeats; r++) dispatch(pass, one);
          pass.end();
        });
        encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
        encoder.copyBufferToBuffer(resolved, 0, mapped, 0, size);
        return mapped;
      });
      const mapping = attempt(device, () => result.mapAsync(GPUMapMode.READ));
      const [refusal] = await health.guard(Promise.all([error, mapping.result, mapping.error]));
      if (refusal) return null;
      const [first = 0n, ...rest] = new BigUint64Array(result.getMappedRange());
      return [0, ...rest.map((stamp) => Number(stamp - first) / 1e6)];
    } catch {
      health.check(); // A lost device is an error of the run's.
      return null;
    } finally {
      for (const one of made) one.destroy();
    }
  }
}

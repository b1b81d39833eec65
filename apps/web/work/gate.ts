// Where training waits between two updates: for leave to go on, and for others who want the network meanwhile.

import { DeviceLostError } from "@forward-forward/core";

/** Lets updates pass while there is leave, and runs jobs between them. */
export class Gate {
  #leave = 0;
  #jobs: { run: () => Promise<void>; refuse: (reason: Error) => void }[] = [];
  #closed: Error | null = null;
  #wake: () => void = () => {};

  /** Lets so many updates pass; all of them by default, none with 0. */
  let(updates: number = Infinity): void {
    this.#leave = updates;
    this.#wake();
  }

  /** Runs a job between two updates, or while there are none. */
  between<T>(job: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      const run = async (): Promise<void> => {
        try {
          resolve(await job());
        } catch (error) {
          reject(error);
          // Training must hear of that too; what else goes wrong is the job's own.
          if (error instanceof DeviceLostError) throw error;
        }
      };
      this.#jobs.push({ run, refuse: reject });
      this.#wake();
    });
  }

  /** Refuses the jobs that wait, and all that come. */
  close(reason: Error): void {
    this.#closed = reason;
    for (const { refuse } of this.#jobs.splice(0)) refuse(reason);
  }

  /** Waits for leave, and takes one update of it; `halted` is awaited once where there is none. Rejects when the signal aborts. */
  async pass(signal: AbortSignal, halted: () => Promise<void>): Promise<void> {
    for (let told = false;;) {
      signal.throwIfAborted();
      const job = this.#jobs.shift();
      if (job) await job.run();
      else if (this.#leave > 0) {
        this.#leave--;
        return;
      } else if (!told) {
        told = true;
        await halted();
      } else await this.#sleep(signal);
    }
  }

  async #sleep(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    this.#wake = () => {};
  }
}

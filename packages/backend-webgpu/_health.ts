// What went wrong on the device. WebGPU reports it late and elsewhere; this keeps it until it can be thrown.

import { DeviceLostError } from "@forward-forward/core";

/** The errors of a device, and its loss. */
export class Health {
  readonly #device: GPUDevice;
  readonly #checks = new Set<Promise<void>>();
  readonly #waiting = new Set<(error: Error) => void>();
  #closed = false;
  #lost: DeviceLostError | null = null;
  #compile: Error | null = null;
  #error: Error | null = null;

  /** Listens to `device`. */
  constructor(device: GPUDevice) {
    this.#device = device;
    device.addEventListener("uncapturederror", this.#onError);
    device.lost.then(({ reason, message }) => {
      if (this.#closed) return;
      this.#lost = new DeviceLostError(
        `the GPU device was lost (${reason || "unknown"}): ${message || "no reason given"}; ` +
          "everything on it is gone",
      );
      for (const reject of this.#waiting) reject(this.#lost);
    });
  }

  /** Throws if the device was lost. */
  check(): void {
    if (this.#lost) throw this.#lost;
  }

  /** Adds a check that is under way: it resolves to an error, or to nothing. */
  expect(check: Promise<Error | undefined>): void {
    const done = check.then((error) => {
      if (error) this.#compile ??= error;
    }).finally(() => this.#checks.delete(done));
    this.#checks.add(done);
  }

  /** Waits for checks, and throws the first error there was since the last call. */
  async settle(): Promise<void> {
    if (this.#checks.size > 0) await Promise.all(this.#checks);
    this.check();
    // A kernel that does not compile makes all that uses it fail too: the cause comes first.
    const error = this.#compile ?? this.#error;
    this.#compile = this.#error = null;
    if (error) throw error;
  }

  /** The same promise, but rejects as soon as the device is lost: not all of its promises settle then. */
  async guard<T>(promise: Promise<T>): Promise<T> {
    this.check();
    let reject!: (error: Error) => void;
    const loss = new Promise<never>((_, r) => reject = r);
    this.#waiting.add(reject);
    try {
      return await Promise.race([promise, loss]);
    } finally {
      this.#waiting.delete(reject);
    }
  }

  /** Stops listening: what happens to the device from now on is intended. */
  close(): void {
    this.#closed = true;
    this.#device.removeEventListener("uncapturederror", this.#onError);
  }

  readonly #onError = (event: Event): void => {
    event.preventDefault(); // Browsers would also print it.
    const { error } = event as GPUUncapturedErrorEvent;
    this.#error ??= new Error(`the GPU refused an operation: ${error.message.trim()}`, {
      cause: error,
    });
  };
}

// What went wrong on the device. WebGPU reports it late and elsewhere; this keeps it until it can be thrown.

import { DeviceLostError } from "@forward-forward/core/tensor";
import { attempt } from "./_attempt.ts";

/** How {@linkcode Health.watch} watches. */
export interface WatchOptions {
  /** Makes an error for people of what is refused. */
  explain?: (error: GPUError) => Error;
  /** Whether other work may be refused because this is. */
  cause?: boolean;
}

/** The errors of our own work on a device, which others may use as well, and the device's loss. */
export class Health {
  readonly #device: GPUDevice;
  // Checks under way, and those of them that look for the cause of what others find.
  readonly #checks = new Set<Promise<void>>();
  readonly #causes = new Set<Promise<void>>();
  readonly #waiting = new Set<(error: Error) => void>();
  // Why nothing works any more.
  #end: Error | null = null;
  #cause: Error | null = null;
  #error: Error | null = null;

  /** Listens to the loss of `device`. */
  constructor(device: GPUDevice) {
    this.#device = device;
    device.lost.then(({ reason, message }) =>
      this.#finish(
        new DeviceLostError(
          `the GPU device was lost (${reason || "unknown"}): ${message || "no reason given"}; ` +
            "everything on it is gone",
        ),
      )
    );
  }

  /** Throws if the device was lost, or {@linkcode close} called. */
  check(): void {
    if (this.#end) throw this.#end;
  }

  /**
   * Does work on the device that may be refused. What is refused is thrown by {@linkcode settle}, as `explain` says it, and before
   * all else if it may be the `cause` of that. The device's `uncapturederror` event, which is its owner's, hears nothing of it.
   */
  watch<T>(work: () => T, { explain = refused, cause = false }: WatchOptions = {}): T {
    const { result, error } = attempt(this.#device, work);
    const check = error.then((error) => {
      if (!error) return;
      const explained = explain(error);
      if (cause) this.#cause ??= explained;
      else this.#error ??= explained;
    });
    this.#add(check, cause);
    return result;
  }

  /** Adds a check that is under way: it resolves to the cause of what else is refused, or to nothing. */
  expect(check: Promise<Error | undefined>): void {
    this.#add(
      check.then((error) => {
        if (error) this.#cause ??= error;
      }),
      true,
    );
  }

  /**
   * Throws the first error there was since the last call. Waits for the checks of causes, which are few, and with `all` for those
   * of everything: in a browser that takes milliseconds.
   */
  async settle({ all = false }: { all?: boolean } = {}): Promise<void> {
    await this.#done(all ? this.#checks : this.#causes);
    // What follows from it is no news later.
    if (this.#cause ?? this.#error) await this.#done(this.#checks);
    this.check();
    const error = this.#cause ?? this.#error;
    this.#cause = this.#error = null;
    if (error) throw error;
  }

  /** The same promise, but rejects as soon as the device is lost or given up: not all of its promises settle then. */
  async guard<T>(promise: Promise<T>): Promise<T> {
    this.check();
    let reject!: (error: Error) => void;
    const end = new Promise<never>((_, r) => reject = r);
    this.#waiting.add(reject);
    try {
      return await Promise.race([promise, end]);
    } finally {
      this.#waiting.delete(reject);
    }
  }

  /**
   * Waits until the device has done what it was given, which `done` tells. Where the process of the GPU ends, Chromium breaks that
   * promise a moment before it tells the loss, which is what is thrown then.
   */
  async work(done: Promise<void>): Promise<void> {
    try {
      await this.guard(done);
    } catch (error) {
      await this.expectLoss();
      throw error;
    }
  }

  /**
   * Waits a second at most for the loss of the device and throws it. In a browser a read ends because of it a moment before the
   * loss is told.
   */
  async expectLoss(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const second = new Promise<void>((resolve) => timer = setTimeout(resolve, 1000));
    await this.guard(second).finally(() => clearTimeout(timer));
  }

  /** Gives the device up: whoever still waits for something on it hears that there is nothing to come. */
  close(): void {
    this.#finish(new TypeError("the backend was disposed before its work was done"));
  }

  #finish(error: Error): void {
    if (this.#end) return;
    this.#end = error;
    for (const reject of this.#waiting) reject(error);
  }

  #add(check: Promise<void>, cause: boolean): void {
    // A device that is lost may leave its scopes to fail, and is reported anyway.
    const done = check.catch(() => {}).finally(() => {
      this.#checks.delete(done);
      this.#causes.delete(done);
    });
    this.#checks.add(done);
    if (cause) this.#causes.add(done);
  }

  async #done(checks: ReadonlySet<Promise<void>>): Promise<void> {
    if (checks.size > 0) await this.guard(Promise.all(checks));
  }
}

/** An error for people of what there is no better one for. */
export function refused(error: GPUError): Error {
  return new Error(`the GPU refused an operation: ${error.message.trim()}`, { cause: error });
}

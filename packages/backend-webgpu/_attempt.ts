// Work on a device whose errors are for nobody else to see.

/** What came of an {@linkcode attempt}. */
export interface Attempt<T> {
  /** What the work returned, at once. */
  result: T;
  /** The first thing that the device refused of it, or `null`. Rejects where a lost device does not say. */
  error: Promise<GPUError | null>;
}

// They are nested, and those of a kind that is not expected would go to whoever listens to the device.
const FILTERS = ["internal", "out-of-memory", "validation"] as const;

/** Does work on a device and tells what the device refuses of it. Throws what `work` throws. */
export function attempt<T>(device: GPUDevice, work: () => T): Attempt<T> {
  for (const filter of FILTERS) device.pushErrorScope(filter);
  const pop = (): Promise<GPUError | null> => {
    const error = Promise.all(FILTERS.map(() => device.popErrorScope()))
      .then((errors) => errors.find((error) => error !== null) ?? null);
    error.catch(() => {}); // Whoever waits for it hears of it all the same.
    return error;
  };
  let result: T;
  try {
    result = work();
  } catch (error) {
    pop();
    throw error;
  }
  return { result, error: pop() };
}

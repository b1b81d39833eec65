// Errors with a meaning of their own; everything else is a TypeError, RangeError or SyntaxError.

/** A backend's device is missing on this machine. */
export class UnavailableError extends Error {
  /** Names the error in messages. */
  override name = "UnavailableError";
  /** What the user can do about it, one sentence. */
  readonly remedy: string;

  /** `message` says what is missing, `remedy` what to do about it. */
  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** The device behind a backend was lost: everything on it is gone, and the backend is unusable. */
export class DeviceLostError extends Error {
  /** Names the error in messages. */
  override name = "DeviceLostError";
}

/** Training met a loss that is not a number, or infinite. */
export class TrainingError extends Error {
  /** Names the error in messages. */
  override name = "TrainingError";
}

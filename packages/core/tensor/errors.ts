// Errors with a meaning of their own; everything else is a TypeError, RangeError or SyntaxError.

/** A backend's device is missing on this machine, or computes wrongly. */
export class UnavailableError extends Error {
  /** Names the error in messages. */
  override name = "UnavailableError";
  /** What is missing or wrong, one clause. */
  readonly reason: string;
  /** What the user can do about it, one clause. */
  readonly remedy: string;

  /** The message is both, `reason: remedy`, because an error that nobody catches shows nothing else. */
  constructor(reason: string, remedy: string, options?: ErrorOptions) {
    super(`${reason}: ${remedy}`, options);
    this.reason = reason;
    this.remedy = remedy;
  }
}

/** The device behind a backend was lost: everything on it is gone, and the backend is unusable. */
export class DeviceLostError extends Error {
  /** Names the error in messages. */
  override name = "DeviceLostError";
}

// The error of training itself.

/** Training met a loss that is not a number, or infinite. */
export class TrainingError extends Error {
  /** Names the error in messages. */
  override name = "TrainingError";
}

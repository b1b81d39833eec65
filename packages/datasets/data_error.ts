// The one error of this package that is the data's fault and not the program's.

/**
 * The data cannot be used: a file is missing, damaged, or not what it should be. The message is one
 * sentence for people, and names the file, the place in it, and the remedy.
 *
 * `cause` is a `SyntaxError` if the file does not parse, a `RangeError` if a value in it is out of
 * range, and otherwise the error of the system, if there is one.
 */
export class DataError extends Error {
  /** Tells it from other errors where `instanceof` cannot. */
  override name = "DataError";
}

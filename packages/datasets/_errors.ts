// The two ways in which a file's content can be wrong.

import { DataError } from "./data_error.ts";

/** A file that does not parse. */
export function malformed(message: string): DataError {
  return new DataError(message, { cause: new SyntaxError(message) });
}

/** A file that parses, with a value that cannot be. */
export function outOfRange(message: string): DataError {
  return new DataError(message, { cause: new RangeError(message) });
}

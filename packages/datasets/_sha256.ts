// SHA-256 in hexadecimal.

import { DataError } from "./data_error.ts";

/** The SHA-256 of bytes, in lower-case hexadecimal; a {@linkcode DataError} in a page that may not compute it. */
export async function sha256(bytes: Uint8Array | Uint16Array): Promise<string> {
  if (!globalThis.crypto?.subtle) {
    throw new DataError(
      "a browser checks data in secure pages alone: serve this one over https or from localhost",
    );
  }
  const sum = await crypto.subtle.digest("SHA-256", bytes as BufferSource);
  return Array.from(new Uint8Array(sum), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Files that are served somewhere.

import { DataError } from "./data_error.ts";

/** The bytes at an address; a {@linkcode DataError} if they do not come, with this `remedy`. */
export async function fetchFile(url: string, remedy: string): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    // Deno's own permissions are not about the data.
    if (!(cause instanceof TypeError)) throw cause;
    throw new DataError(`cannot fetch ${url} (${cause.message}); ${remedy}`, { cause });
  }
  throw new DataError(`cannot fetch ${url}: the server answers ${response.status}; ${remedy}`);
}

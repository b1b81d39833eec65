// SHA-256 in hexadecimal.

/** The SHA-256 of bytes, in lower-case hexadecimal. */
export async function sha256(bytes: Uint8Array | Uint16Array): Promise<string> {
  const sum = await crypto.subtle.digest("SHA-256", bytes as BufferSource);
  return Array.from(new Uint8Array(sum), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Text as editors save it.

/** Decodes text in UTF-8, or in the UTF-16 that its byte order mark tells; the mark is left out. */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding = first === 0xff && second === 0xfe
    ? "utf-16le"
    : first === 0xfe && second === 0xff
    ? "utf-16be"
    : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

/** The text of a file. */
export async function readTextFile(path: string): Promise<string> {
  return decodeText(await Deno.readFile(path));
}

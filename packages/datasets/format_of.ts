// What a file is that is not what it should be, as its first bytes tell it.
// deno-lint-ignore-file no-control-regex

/** What {@linkcode formatOf} finds. */
export interface FileFormat {
  /** What the file is: `a web page`. */
  what: string;
  /** How to get at what is meant, where this stands for it; otherwise null. */
  instead: string | null;
}

// As much as a beginning may take.
const HEAD = 1024;
// Where an archive of Unix says that it is one.
const TAR_MAGIC = 257;

// The first bytes, as Latin-1 text. The more particular comes first.
const BEGINNINGS: readonly [begins: RegExp, what: string, instead?: string][] = [
  [
    /^(\xef\xbb\xbf)?\s*<(!doctype\s+html|html|head|body)\b/i,
    "a web page",
    "it was saved in the place of a file, download that file itself",
  ],
  [
    /^version https:\/\/git-lfs/,
    "a pointer of Git LFS",
    "it stands for the file, which git lfs pull fetches",
  ],
  [/^PK\x03\x04[^]{26,60}\.npy/, "an npz archive of NumPy's arrays"],
  [/^PK\x03\x04[^]{26,160}data\.pkl/, "a PyTorch file"],
  [/^PK(\x03\x04|\x05\x06)/, "a zip archive"],
  [/^\x93NUMPY/, "an array of NumPy (npy)"],
  [/^\x1f\x8b/, "a gzip file"],
  [/^BZh[1-9]/, "a bzip2 file"],
  [/^\xfd7zXZ\0/, "an xz file"],
  [/^\x28\xb5\x2f\xfd/, "a zstd file"],
  [/^7z\xbc\xaf\x27\x1c/, "a 7z archive"],
  [/^Rar!\x1a\x07/, "a rar archive"],
  [/^PAR1/, "a Parquet table"],
  [/^\x89HDF\r\n\x1a\n/, "an HDF5 file"],
  [/^\x89PNG\r\n\x1a\n/, "a PNG picture"],
  [/^\xff\xd8\xff/, "a JPEG picture"],
  [/^GIF8[79]a/, "a GIF picture"],
  [/^RIFF[^]{4}WEBP/, "a WebP picture"],
  [/^(II\*\0|MM\0\*)/, "a TIFF picture"],
  [/^%PDF-/, "a PDF document"],
  [/^[^]{4}\0{4}\{/, "a safetensors file"],
  [/^\0\0[\x08\x09\x0b-\x0e][\x01-\x08]/, "an IDX file"],
  [/^\x08[\x01-\x20]\x12/, "an ONNX model"],
  [/^\x80[\x02-\x05]/, "a pickle of Python"],
  [/^(\xef\xbb\xbf)?\s*<\?xml\b/, "an XML document"],
  [/^(\xef\xbb\xbf)?\s*[{[]/, "JSON"],
];

/** Says what begins with these bytes; null for what is not known. An empty file is one. */
export function formatOf(bytes: Uint8Array): FileFormat | null {
  if (bytes.length === 0) return { what: "empty", instead: null };
  const head = String.fromCharCode(...bytes.subarray(0, HEAD));
  for (const [begins, what, instead = null] of BEGINNINGS) {
    if (begins.test(head)) return { what, instead };
  }
  if (head.startsWith("ustar", TAR_MAGIC)) return { what: "a tar archive", instead: null };
  const [line = ""] = head.split(/[\r\n]/);
  if (!isText(bytes.subarray(0, HEAD))) return null;
  const isTable = /^[^,;\t]*([,;\t])([^,;\t]*\1)+/.test(line);
  return { what: isTable ? "a table in text (CSV)" : "text", instead: null };
}

// UTF-8 without control characters but those that part lines and words; its last character may be cut.
function isText(bytes: Uint8Array): boolean {
  if (bytes.some((byte) => byte < 9 || byte > 13 && byte < 32)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

// The safetensors format: an 8-byte header length, a JSON header, and the bytes. No I/O.

/** A tensor in a safetensors file. */
export interface StoredTensor {
  /** Any number of dimensions. */
  shape: readonly number[];
  /** Elements, row-major: `F32`, `I32` or `U8` in the file. */
  data: Float32Array | Int32Array | Uint8Array;
}

/** The content of a safetensors file. */
export interface Safetensors {
  /** Tensors by name. */
  tensors: Record<string, StoredTensor>;
  /** Text by name. */
  metadata: Record<string, string>;
}

const ARRAYS = { F32: Float32Array, I32: Int32Array, U8: Uint8Array } as const;
type StoredType = keyof typeof ARRAYS;

// The same limit as the format's own library has.
const MAX_HEADER = 100_000_000;

/** Encodes tensors and text as the bytes of a safetensors file. */
export function encodeSafetensors(
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    if (shape.reduce((a, n) => a * n, 1) !== data.length) {
      throw new TypeError(`"${name}": ${data.length} elements do not fill [${shape.join(", ")}]`);
    }
    const dtype = Object.keys(ARRAYS).find((key) => data instanceof ARRAYS[key as StoredType]);
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8; // data starts aligned
  const bytes = new Uint8Array(8 + length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8, 8 + length);
  bytes.set(text, 8);
  offset = 8 + length;
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

/**
 * Decodes a safetensors file. Throws a `SyntaxError` that names the place where it is truncated, has gaps,
 * overlaps or surplus bytes, is not JSON, or holds a type other than `F32`, `I32` and `U8`.
 */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  if (!(bytes instanceof Uint8Array)) throw new TypeError("a safetensors file is a Uint8Array");
  const refuse = (what: string): never => {
    throw new SyntaxError(`not a safetensors file: ${what}`);
  };
  if (bytes.length < 8) refuse(`${bytes.length} bytes are too few for a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > MAX_HEADER || length > bytes.length - 8) {
    refuse(`the header would take ${length} bytes of ${bytes.length}`);
  }
  let header: unknown;
  try {
    header = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)),
    );
  } catch {
    refuse("its header is not JSON");
  }
  if (!isRecord(header)) return refuse("its header is not an object");
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((text) => typeof text === "string")) {
    refuse("its metadata is not text by name");
  }

  const body = bytes.subarray(8 + length);
  const found = Object.entries(entries).map(([name, entry]) => {
    if (!isRecord(entry)) return refuse(`"${name}" is not described by an object`);
    const { dtype, shape, data_offsets: offsets } = entry;
    if (typeof dtype !== "string" || !Object.hasOwn(ARRAYS, dtype)) {
      return refuse(
        `"${name}" has type ${String(dtype)}, known are ${Object.keys(ARRAYS).join(", ")}`,
      );
    }
    if (!isWholeNumbers(shape)) return refuse(`"${name}" has no shape of whole numbers`);
    if (!isWholeNumbers(offsets) || offsets.length !== 2) {
      return refuse(`"${name}" has no start and end`);
    }
    const [start, end] = offsets as [number, number];
    const size = shape.reduce((a, n) => a * n, 1) * ARRAYS[dtype as StoredType].BYTES_PER_ELEMENT;
    if (end - start !== size) refuse(`"${name}" takes ${end - start} bytes and its shape ${size}`);
    if (end > body.length) refuse(`"${name}" ends at byte ${end} of ${body.length}`);
    return { name, dtype: dtype as StoredType, shape, start, end };
  });
  // In the file's order the tensors must follow each other without gap or overlap, to the end.
  let reached = 0;
  for (const { name, start, end } of found.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== reached) refuse(`"${name}" starts at byte ${start}, expected ${reached}`);
    reached = end;
  }
  if (reached !== body.length) refuse(`${body.length - reached} bytes belong to no tensor`);

  const tensors = Object.fromEntries(found.map(({ name, dtype, shape, start, end }) => {
    // A copy, because the file's bytes need not be aligned.
    return [name, { shape, data: new ARRAYS[dtype](body.slice(start, end).buffer) }];
  }));
  return { tensors, metadata: metadata as Record<string, string> };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

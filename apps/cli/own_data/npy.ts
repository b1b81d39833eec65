// npy, NumPy's format of one array: a magic number, a literal of Python that describes it, the elements.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html is its specification.

import { DataError, usedBits } from "@forward-forward/datasets";

/** An array read by {@linkcode parseNpy}. */
export interface NpyArray {
  /** The lengths of its axes. */
  shape: number[];
  /** NumPy's name of the type: `u1`, `i8`, `f4` or `b1`, without the order of its bytes. */
  type: string;
  /** The product of the shape. */
  length: number;
  /** The element at a place counted row-major, whatever order they are stored in. */
  at(index: number): number;
  /** The elements, where they are bytes in that order: it shares the memory of the file. */
  bytes: Uint8Array | null;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
// What an element of each type is read by, and its length in bytes.
const TYPES: Record<
  string,
  [width: number, read: (v: DataView, at: number, le: boolean) => number]
> = {
  b1: [1, (v, at) => v.getUint8(at)],
  u1: [1, (v, at) => v.getUint8(at)],
  i1: [1, (v, at) => v.getInt8(at)],
  u2: [2, (v, at, le) => v.getUint16(at, le)],
  i2: [2, (v, at, le) => v.getInt16(at, le)],
  u4: [4, (v, at, le) => v.getUint32(at, le)],
  i4: [4, (v, at, le) => v.getInt32(at, le)],
  u8: [8, (v, at, le) => Number(v.getBigUint64(at, le))],
  i8: [8, (v, at, le) => Number(v.getBigInt64(at, le))],
  f4: [4, (v, at, le) => v.getFloat32(at, le)],
  f8: [8, (v, at, le) => v.getFloat64(at, le)],
};

/**
 * Reads an array of whole numbers, floats of 32 or 64 bits, or truth values, in either order of bytes and of axes. Throws a
 * {@linkcode DataError} for anything else, and unless the file is exactly as long as its shape asks for; `source` is what that calls it.
 */
export function parseNpy(file: Uint8Array, source: string): NpyArray {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const [major] = file.subarray(6, 7);
  const start = major === 1 ? 10 : 12;
  if (
    file.length < start || !MAGIC.every((byte, i) => file[i] === byte) || major! > 3 || major === 0
  ) {
    throw damaged(source, "it does not begin as one");
  }
  const end = start + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > file.length) throw damaged(source, "it ends within its header");
  const header = new TextDecoder("latin1").decode(
    file.subarray(start, Math.min(end, start + 4096)),
  );
  const descr = /'descr':\s*'([<>|=]?)([a-zA-Z]\w*)'/.exec(header);
  const order = /'fortran_order':\s*(True|False)/.exec(header);
  const axes = /'shape':\s*\(((?:\d+,?\s*)*)\)/.exec(header);
  if (!order || !axes || !/'descr':/.test(header)) {
    throw damaged(source, "its header does not say what it holds");
  }
  const [, mark, type] = descr ?? [];
  if (type === undefined || !Object.hasOwn(TYPES, type)) {
    throw new DataError(
      `${source} holds elements of type ${
        type ?? "structured"
      }, which are no numbers that are read: convert them with ` +
        `.astype("uint8")`,
    );
  }
  const [width, read] = TYPES[type]!;
  const shape = (axes[1]!.match(/\d+/g) ?? []).map(Number);
  const length = shape.reduce((product, size) => product * size, 1);
  if (file.length - end !== length * width) {
    throw damaged(
      source,
      `its shape (${shape.join(", ")}) makes ${length * width} bytes and it has ${
        file.length - end
      }`,
    );
  }
  const isRowMajor = order[1] === "False" || shape.length < 2;
  const isLittle = mark !== ">";
  const place = isRowMajor ? (index: number): number => index : columnMajor(shape);
  return {
    shape,
    type,
    length,
    at: (index) => read(view, end + place(index) * width, isLittle),
    bytes: type === "u1" && isRowMajor ? file.subarray(end) : null,
  };
}

// Where an element is in Fortran's order, of which the first axis runs fastest.
function columnMajor(shape: readonly number[]): (index: number) => number {
  return (index) => {
    let place = 0;
    let stride = shape.reduce((product, size) => product * size, 1);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis]!;
      stride /= size;
      place += index % size * stride;
      index = Math.floor(index / size);
    }
    return place;
  };
}

/**
 * An array's elements as pixels: those up to 255 as they are, floats up to 1 as parts of white, whole numbers of 16 bits as
 * their upper 8 of those used, truth values as black and white. Throws a {@linkcode DataError} for others.
 */
export function toPixels({ type, length, at, bytes }: NpyArray, source: string): Uint8Array {
  if (bytes) return bytes;
  let most = 0;
  for (let i = 0; i < length; i++) {
    const value = at(i);
    if (!(value >= 0 && value <= 0xffff)) throw noPixel(source, value, i);
    if (value > most) most = value;
  }
  const isFloat = type.startsWith("f");
  if (isFloat && most > 255) throw noPixel(source, most, null);
  const pixels = new Uint8Array(length);
  const scale = type === "b1" || isFloat && most <= 1 ? 255 : 1;
  const spare = isFloat ? 0 : usedBits(most) - 8;
  for (let i = 0; i < length; i++) {
    pixels[i] = spare ? at(i) >> spare : Math.round(at(i) * scale);
  }
  return pixels;
}

function noPixel(source: string, value: number, index: number | null): DataError {
  const place = index === null ? "" : ` at index ${index}`;
  return new DataError(
    `${source} has the value ${value}${place}, which is no pixel, expected 0 to 255, or 0 to 1 in floats, or whole numbers ` +
      `of 16 bits: store the pixels as they were before they were normalised`,
  );
}

function damaged(source: string, why: string): DataError {
  return new DataError(
    `${source} is no whole array of NumPy (${why}): save it again with numpy.savez`,
  );
}

// Where the members of a gzip file end (RFC 1952), without unfolding them: the codes of their data are read (RFC 1951), and
// nothing is written. Decompressors of the web take one member, and nothing behind it.

/** What is behind the members and is none. */
export interface Surplus {
  /** Its first byte. */
  from: number;
}

/**
 * The members of a gzip file, each by itself, without the zeros that pad it; or where something else begins. Null where a
 * member does not end or is damaged, as far as that can be told without its checksum.
 */
export function gzipMembers(bytes: Uint8Array): Uint8Array[] | Surplus | null {
  const members: Uint8Array[] = [];
  try {
    for (let at = 0; at < bytes.length;) {
      const end = memberEnd(bytes, at);
      if (end === null) return members.length > 0 ? { from: at } : null;
      members.push(bytes.subarray(at, end));
      for (at = end; bytes[at] === 0;) at++;
    }
    return members;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const FLAGS = { checksum: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 };
const TRAILER = 8;

// Null where no member begins. A RangeError ends the reading of damaged data.
function memberEnd(bytes: Uint8Array, start: number): number | null {
  const [first, second, method, flags = 0] = bytes.subarray(start, start + 4);
  if (first !== 0x1f || second !== 0x8b) return null;
  if (method !== 8 || flags & FLAGS.reserved) throw new RangeError("no member");
  let at = start + 10;
  const text = (): number => {
    const end = bytes.indexOf(0, at);
    if (end < 0) throw new RangeError("no end");
    return end + 1;
  };
  if (flags & FLAGS.extra) at += 2 + bytes[at]! + 256 * bytes[at + 1]!;
  if (flags & FLAGS.name) at = text();
  if (flags & FLAGS.comment) at = text();
  if (flags & FLAGS.checksum) at += 2;
  const end = deflateEnd(new Bits(bytes, at)) + TRAILER;
  if (!(end <= bytes.length)) throw new RangeError("no trailer");
  return end;
}

// Bits from the lowest of each byte on.
class Bits {
  readonly #bytes: Uint8Array;
  #at: number;
  #held = 0;
  #count = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** The next bits, up to 16, which stay; zeros beyond the end. */
  peek(count: number): number {
    while (this.#count < count) {
      this.#held |= (this.#bytes[this.#at++] ?? 0) << this.#count;
      this.#count += 8;
    }
    return this.#held & (1 << count) - 1;
  }

  /** Takes bits that were looked at. */
  skip(count: number): void {
    this.#held >>>= count;
    this.#count -= count;
    if (this.#at - (this.#count >> 3) > this.#bytes.length) throw new RangeError("cut short");
  }

  take(count: number): number {
    const bits = this.peek(count);
    this.skip(count);
    return bits;
  }

  /** Goes on with the next whole byte, so many bytes further; says where that is. */
  jump(bytes = 0): number {
    this.#at += bytes - (this.#count >> 3);
    this.#held = this.#count = 0;
    if (this.#at > this.#bytes.length) throw new RangeError("cut short");
    return this.#at;
  }
}

const LENGTHS_IN_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END_OF_BLOCK = 256;
const LONGEST = 15;

function deflateEnd(bits: Bits): number {
  for (let last = 0; !last;) {
    last = bits.take(1);
    const kind = bits.take(2);
    if (kind === 0) {
      bits.jump();
      const [length, inverse] = [bits.take(16), bits.take(16)];
      if (length !== (inverse ^ 0xffff)) throw new RangeError("no length");
      bits.jump(length);
    } else if (kind === 1) skipBlock(bits, FIXED.literals, FIXED.distances);
    else if (kind === 2) skipBlock(bits, ...readCodes(bits));
    else throw new RangeError("no block");
  }
  return bits.jump();
}

function skipBlock(bits: Bits, literals: Codes, distances: Codes): void {
  for (;;) {
    const symbol = literals.read(bits);
    if (symbol < END_OF_BLOCK) continue;
    if (symbol === END_OF_BLOCK) return;
    // How many bits more tell a length, and a distance.
    if (symbol > 264 && symbol < 285) bits.take((symbol - 261) >> 2);
    const distance = distances.read(bits);
    if (symbol > 285 || distance > 29) throw new RangeError("no symbol");
    if (distance > 3) bits.take((distance - 2) >> 1);
  }
}

// The codes of a block, whose lengths are coded themselves.
function readCodes(bits: Bits): [literals: Codes, distances: Codes] {
  const [literals, distances] = [257 + bits.take(5), 1 + bits.take(5)];
  const own = new Uint8Array(19);
  for (let i = 0, n = 4 + bits.take(4); i < n; i++) own[LENGTHS_IN_ORDER[i]!] = bits.take(3);
  const codes = new Codes(own);
  const lengths = new Uint8Array(literals + distances);
  for (let i = 0; i < lengths.length;) {
    const symbol = codes.read(bits);
    if (symbol < 16) {
      lengths[i++] = symbol;
      continue;
    }
    const length = symbol === 16 ? lengths[i - 1] ?? 0 : 0;
    const times = symbol === 16
      ? 3 + bits.take(2)
      : symbol === 17
      ? 3 + bits.take(3)
      : 11 + bits.take(7);
    lengths.fill(length, i, i += times);
  }
  return [new Codes(lengths.subarray(0, literals)), new Codes(lengths.subarray(literals))];
}

// Huffman codes by their lengths in bits: those of one length follow each other, in the order of their symbols.
class Codes {
  readonly #counts = new Uint16Array(LONGEST + 1);
  readonly #symbols: number[] = [];

  constructor(lengths: Uint8Array) {
    for (const length of lengths) this.#counts[length]!++;
    this.#counts[0] = 0;
    for (let length = 1; length <= LONGEST; length++) {
      if (this.#counts[length] === 0) continue;
      for (let i = 0; i < lengths.length; i++) if (lengths[i] === length) this.#symbols.push(i);
    }
  }

  read(bits: Bits): number {
    const held = bits.peek(LONGEST);
    // Codes come with their highest bit first.
    for (let length = 1, code = 0, first = 0, before = 0; length <= LONGEST; length++) {
      code = code << 1 | held >> length - 1 & 1;
      const count = this.#counts[length]!;
      if (code < first + count) {
        const symbol = this.#symbols[before + code - first];
        if (symbol === undefined) break; // More codes than there can be.
        bits.skip(length);
        return symbol;
      }
      before += count;
      first = first + count << 1;
    }
    throw new RangeError("no code");
  }
}

const FIXED = {
  literals: new Codes(
    Uint8Array.from({ length: 288 }, (_, i) => i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8),
  ),
  distances: new Codes(new Uint8Array(32).fill(5)),
};

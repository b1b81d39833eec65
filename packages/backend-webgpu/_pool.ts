// Device memory that is used again: buffers by size class, handed out lowest number first.

import type { Health } from "./_health.ts";

/** A buffer of a {@linkcode Pool}. */
export interface Block {
  /** Tells blocks apart, in cache keys. */
  readonly id: number;
  /** The memory, at least as large as was asked for. */
  readonly buffer: GPUBuffer;
  /** The submission that recorded work last touched it in; -1 before any has. */
  touched: number;
  /** The submission in which recorded work last wrote it or, below -1, the upload that did; -1 if none has. */
  written: number;
  /** Why there is no memory behind it, once that is known. */
  failure: Error | null;
}

/** What a {@linkcode Pool} needs to know. */
export interface PoolOptions {
  /** Flags of `GPUBufferUsage`. */
  usage: number;
  /** The largest block, in bytes. */
  limit: number;
  /** Bytes that may lie idle. */
  idleBytes: number;
  /** Hears of the blocks that the device refuses. */
  health: Health;
  /** Called when blocks were destroyed, so that nothing keeps referring to them. */
  onTrim?: () => void;
}

const LESS = "use a smaller batch or layer";

// Bytes of a buffer that may well find no memory, and the number that it is to hold then.
const LARGE = 2 ** 24;
const MARK = 0x2545f491;

// A block that was used this recently is about to be used again: a pool below its working set would
// destroy and create the same buffers all the time.
const RECENT = 8;

/**
 * A pool of buffers.
 *
 * A free block is handed out at once, even if recorded or submitted work still uses it: what is recorded
 * later also runs later. Only writes from the host do not wait for recorded work; see `clean`.
 */
export class Pool {
  readonly #device: GPUDevice;
  readonly #options: PoolOptions;
  // Free blocks by size, each list with the lowest number last. A loop that asks for the same
  // sizes in the same order then gets the same blocks, and finds its bind groups in their cache.
  readonly #free = new Map<number, Block[]>();
  #next = 0;
  #reserved = 0;
  #idle = 0;
  #short = false;
  #disposed = false;

  /** A pool of buffers of `device`. */
  constructor(device: GPUDevice, options: PoolOptions) {
    this.#device = device;
    this.#options = options;
  }

  /** The largest block, in bytes. */
  get limit(): number {
    return this.#options.limit;
  }

  /** Bytes of all its buffers, handed out or idle. */
  get reservedBytes(): number {
    return this.#reserved;
  }

  /**
   * A block of at least `bytes`. Its contents are whatever was there. With `clean` it is none that
   * submission `clean`, which is being recorded, has touched. Throws a `RangeError` above the limit.
   *
   * Whether there was memory for it is known later: {@linkcode Block.failure} tells, and `health`.
   */
  take(operation: string, bytes: number, clean?: number): Block {
    const { limit } = this.#options;
    requireRoom(operation, bytes, limit);
    const size = Math.min(sizeClass(bytes), limit - limit % 4);
    const free = this.#free.get(size);
    for (let i = (free?.length ?? 0) - 1; i >= 0; i--) {
      const block = free![i]!;
      if (block.touched === clean) continue;
      free!.splice(i, 1);
      this.#idle -= size;
      return block;
    }
    return this.#create(operation, bytes, size);
  }

  /** The error of a tensor for which the device has no memory, as it says or as is found out, or that it refuses. */
  noRoom(operation: string, bytes: number, cause?: GPUError): RangeError {
    const refused = cause && cause.constructor.name !== "GPUOutOfMemoryError";
    const reason = refused ? cause.message.trim() : "out of memory";
    return new RangeError(
      `${operation}: ${reason}: a tensor of ${bytes} bytes finds no room beside the ${this.#reserved} ` +
        `that this backend holds; ${LESS}`,
      { cause },
    );
  }

  /** Takes back a block. */
  give(block: Block): void {
    if (block.failure || this.#disposed) {
      this.discard(block);
      return;
    }
    const { size } = block.buffer;
    this.#idle += size;
    const free = this.#free.get(size);
    if (!free) {
      this.#free.set(size, [block]);
      return;
    }
    let low = 0;
    for (let high = free.length; low < high;) {
      const middle = (low + high) >> 1;
      if (free[middle]!.id > block.id) low = middle + 1;
      else high = middle;
    }
    free.splice(low, 0, block);
  }

  /**
   * Destroys idle blocks, the longest unused first, while more lie idle than should. Called between
   * the submission before `submission` and itself: nothing that is being recorded may use them.
   */
  trim(submission: number): void {
    // A device that is short of memory gets back all that it can.
    const most = this.#short ? 0 : this.#options.idleBytes;
    const old = this.#short ? Infinity : submission - RECENT;
    this.#short = false;
    if (this.#idle <= most) return;
    const idle = [...this.#free.values()].flat().sort((a, b) => a.touched - b.touched);
    const gone = new Set<Block>();
    for (const block of idle) {
      if (this.#idle <= most || block.touched > old) break;
      gone.add(block);
      this.#destroy(block);
    }
    if (gone.size === 0) return;
    for (const [size, blocks] of this.#free) {
      const kept = blocks.filter((block) => !gone.has(block));
      if (kept.length > 0) this.#free.set(size, kept);
      else this.#free.delete(size);
    }
    this.#options.onTrim?.();
  }

  /** Destroys a block that was handed out and is of no more use. */
  discard({ buffer, failure }: Block): void {
    if (!failure) this.#reserved -= buffer.size;
    buffer.destroy();
  }

  /** Destroys all idle blocks, and from now on those that come back. */
  dispose(): void {
    this.#disposed = true;
    for (const block of [...this.#free.values()].flat()) this.#destroy(block);
    this.#free.clear();
  }

  #create(operation: string, bytes: number, size: number): Block {
    const { usage, health } = this.#options;
    const id = this.#next++;
    const fail = (error?: GPUError): Error => {
      if (block.failure) return block.failure;
      this.#drop(block);
      return block.failure = this.noRoom(operation, bytes, error);
    };
    const buffer = health.watch(
      () => this.#device.createBuffer({ label: `${operation} (#${id})`, size, usage }),
      { explain: fail, cause: true },
    );
    const block: Block = { id, buffer, touched: -1, written: -1, failure: null };
    this.#reserved += size;
    if (size >= LARGE && usage & GPUBufferUsage.COPY_SRC) {
      const holding = health.watch(() => this.#holds(buffer));
      health.expect(holding.then((holds) => holds ? undefined : fail()));
    }
    return block;
  }

  // Whether there is memory behind a new buffer. Over OpenGL it is no error if there is none (Deno 2.9): it reads as zeros.
  async #holds(buffer: GPUBuffer): Promise<boolean> {
    const { MAP_READ, COPY_DST } = GPUBufferUsage;
    const copy = this.#device.createBuffer({ size: 4, usage: MAP_READ | COPY_DST });
    const last = buffer.size - 4;
    this.#device.queue.writeBuffer(buffer, last, Uint32Array.of(MARK));
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, last, copy, 0, 4);
    this.#device.queue.submit([encoder.finish()]);
    try {
      await copy.mapAsync(GPUMapMode.READ);
      return new Uint32Array(copy.getMappedRange())[0] === MARK;
    } finally {
      copy.destroy();
    }
  }

  // Forgets a block without memory, which may have been given back before that was known.
  #drop(block: Block): void {
    const { size } = block.buffer;
    const free = this.#free.get(size);
    const at = free?.indexOf(block) ?? -1;
    if (at >= 0) {
      free!.splice(at, 1);
      this.#idle -= size;
    }
    this.#reserved -= size;
    this.#short = true;
  }

  #destroy(block: Block): void {
    this.#idle -= block.buffer.size;
    this.discard(block);
  }
}

// Four classes to a doubling waste at most a fifth. All are multiples of 64 bytes, so that kernels may
// see any tensor as vectors of four.
function sizeClass(bytes: number): number {
  if (bytes <= 256) return 256;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}

/** Bytes of the largest buffer that a kernel can be given: whole vectors, as kernels see it. */
export function largestBinding({ limits }: GPUDevice): number {
  const limit = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  return limit - limit % 16; // It may be four bytes short of four gigabytes.
}

/** Throws a `RangeError` that says what to do if a tensor of `bytes` does not fit a buffer of `limit`. */
export function requireRoom(operation: string, bytes: number, limit: number): void {
  if (bytes <= limit) return;
  throw new RangeError(
    `${operation}: a tensor of ${bytes} bytes exceeds this device's limit of ${limit} a ` +
      `buffer; ${operation === "upload" ? "upload fewer rows, or images as bytes" : LESS}`,
  );
}

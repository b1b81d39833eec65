// Device memory that is used again: buffers by size class, handed out lowest number first.

/** A buffer of a {@linkcode Pool}. */
export interface Block {
  /** Tells blocks apart, in cache keys. */
  readonly id: number;
  /** The memory, at least as large as was asked for. */
  readonly buffer: GPUBuffer;
  /** The submission that recorded work last touched it in; -1 before any has. */
  touched: number;
}

/** What a {@linkcode Pool} needs to know. */
export interface PoolOptions {
  /** Flags of `GPUBufferUsage`. */
  usage: number;
  /** The largest block, in bytes. */
  limit: number;
  /** Bytes that may lie idle. */
  idleBytes: number;
  /** Called when blocks were destroyed, so that nothing keeps referring to them. */
  onTrim?: () => void;
}

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
   */
  take(operation: string, bytes: number, clean?: number): Block {
    const { limit, usage } = this.#options;
    if (bytes > limit) {
      throw new RangeError(
        `${operation}: a tensor of ${bytes} bytes exceeds this device's limit of ${limit} a ` +
          `buffer; use a smaller batch or layer`,
      );
    }
    const size = Math.min(sizeClass(bytes), limit - limit % 4);
    const free = this.#free.get(size);
    for (let i = (free?.length ?? 0) - 1; i >= 0; i--) {
      const block = free![i]!;
      if (block.touched === clean) continue;
      free!.splice(i, 1);
      this.#idle -= size;
      return block;
    }
    const id = this.#next++;
    const buffer = this.#device.createBuffer({ label: `${operation} (#${id})`, size, usage });
    this.#reserved += size;
    return { id, buffer, touched: -1 };
  }

  /** Takes back a block. */
  give(block: Block): void {
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
    if (this.#idle <= this.#options.idleBytes) return;
    const idle = [...this.#free.values()].flat().sort((a, b) => a.touched - b.touched);
    const gone = new Set<Block>();
    for (const block of idle) {
      if (this.#idle <= this.#options.idleBytes || block.touched > submission - RECENT) break;
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
  discard({ buffer }: Block): void {
    this.#reserved -= buffer.size;
    buffer.destroy();
  }

  /** Destroys all idle blocks. */
  dispose(): void {
    for (const block of [...this.#free.values()].flat()) this.#destroy(block);
    this.#free.clear();
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

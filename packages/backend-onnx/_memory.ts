// Host memory that native code, WebAssembly and JavaScript all see, and that is used again: fresh pages
// cost more than most operations on them.

import type {
  DType,
  Extent,
  LiveTensors,
  Shape,
  Tensor,
  TensorData,
} from "@forward-forward/core/tensor";

const PAGE = 65_536;
const FIRST_PAGES = 256;
const MOST_PAGES = 65_536;

// Large blocks of one size would all start at the same distance from a power of two, and their rows would push each
// other out of the cache: a third of the speed of training. So each starts some lines further on.
const LARGE = 65_536;
const STAGGER = 33 * 64;

/** A run of bytes in a {@linkcode Memory}. */
export interface Block {
  /** The first byte's address. */
  readonly at: number;
  /** Bytes it holds, at least as many as were asked for. */
  readonly size: number;
  /** Bytes before it that nothing uses. */
  readonly gap: number;
}

/** One WebAssembly memory, in blocks by size class. It grows as needed, to 4 GiB. */
export class Memory {
  /** The memory; its `buffer` is another object after it grew. */
  readonly wasm: WebAssembly.Memory;
  readonly #mostPages: number;
  readonly #idle = new Map<number, Block[]>();
  // The first block's address is not 0, which stands for "none".
  #end = 64;
  #large = 0;

  /** An empty memory of at most so many pages of 64 KiB, 4 GiB by default. */
  constructor({ mostPages = MOST_PAGES }: { mostPages?: number } = {}) {
    this.#mostPages = mostPages;
    this.wasm = new WebAssembly.Memory({
      initial: Math.min(FIRST_PAGES, mostPages),
      maximum: mostPages,
    });
  }

  /** A block with whatever was in it. Throws a `RangeError` when there is no more memory. */
  take(operation: string, bytes: number): Block {
    const size = sizeClass(bytes);
    // A small block cut from a large one would cost the next large one its place: only where there is no other.
    const block = this.#idle.get(size)?.pop() ?? (size < LARGE ? null : this.#join(size));
    if (block) return block;
    const gap = size < LARGE ? 0 : (this.#large % 32) * STAGGER;
    const at = this.#end + gap;
    if (!this.#grow(at + size)) {
      const last = size < LARGE ? this.#join(size) : null;
      if (last) return last;
      throw new RangeError(
        `${operation}: there is no memory for another ${bytes} bytes; use a smaller batch or layers`,
      );
    }
    if (size >= LARGE) this.#large++;
    this.#end = at + size;
    return { at, size, gap };
  }

  /** Gives a block back. */
  give(block: Block): void {
    const known = this.#idle.get(block.size);
    if (known) known.push(block);
    else this.#idle.set(block.size, [block]);
  }

  // A block of idle ones that are neighbours: a layer's inputs take the place of those of the layer before.
  #join(size: number): Block | null {
    const idle = [...this.#idle.values()].flat().sort((a, b) => a.at - b.at);
    for (let first = 0, last = 0; last < idle.length; last++) {
      const before = idle[last - 1];
      if (before && end(before) !== idle[last]!.at - idle[last]!.gap) first = last;
      const { at, gap } = idle[first]!;
      if (end(idle[last]!) - at < size) continue;
      for (const block of idle.slice(first, last + 1)) {
        const alike = this.#idle.get(block.size)!;
        alike.splice(alike.indexOf(block), 1);
      }
      const rest = end(idle[last]!) - at - size;
      if (rest > 0) this.give({ at: at + size, size: rest, gap: 0 });
      return { at, size, gap };
    }
    return null;
  }

  // Whether there are so many bytes now.
  #grow(bytes: number): boolean {
    const have = this.wasm.buffer.byteLength / PAGE;
    const need = Math.ceil(bytes / PAGE) - have;
    const room = this.#mostPages - have;
    if (need <= 0) return true;
    if (need > room) return false;
    // Twice as much, so that growing is rare; less where that is not to be had.
    for (const pages of [Math.min(Math.max(need, have), room), need]) {
      try {
        this.wasm.grow(pages);
        return true;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
    return false;
  }
}

function end({ at, size }: Block): number {
  return at + size;
}

// Four classes to a doubling waste at most a fifth, and let sizes that differ a little share their memory.
function sizeClass(bytes: number): number {
  if (bytes <= 256) return 256;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}

/** A matrix in host memory. */
export class HostTensor<D extends DType = DType> implements Tensor<D> {
  /** See `Tensor`. */
  readonly shape: Shape;
  /** See `Tensor`. */
  readonly dtype: D;
  /** Whose it is, and where it is counted. */
  readonly owner: LiveTensors<HostTensor>;
  /** Its memory; `null` once disposed or spent. */
  block: Block | null;
  /** See `Tensor`. */
  extent: Extent | null = null;

  readonly #memory: Memory;
  #view: TensorData | null = null;
  #viewed: Block | null = null;

  /** A handle to `block`, which goes back to `memory`. */
  constructor(
    owner: LiveTensors<HostTensor>,
    memory: Memory,
    block: Block,
    shape: Shape,
    dtype: D,
  ) {
    this.owner = owner;
    this.#memory = memory;
    this.block = block;
    this.shape = [shape[0], shape[1]];
    this.dtype = dtype;
  }

  /** The address of its first element. */
  get at(): number {
    return this.block!.at;
  }

  /** Its elements. The array is of no use once any tensor was made after: memory that grows moves. */
  get data(): TensorData {
    const { buffer } = this.#memory.wasm;
    if (!this.#view || this.#viewed !== this.block || this.#view.buffer !== buffer) {
      const Elements = { f32: Float32Array, i32: Int32Array, u8: Uint8Array }[this.dtype];
      this.#view = new Elements(buffer, this.at, this.shape[0] * this.shape[1]);
      this.#viewed = this.block;
    }
    return this.#view;
  }

  /** See `Tensor`. */
  dispose(): void {
    if (this.block === null) return;
    this.#memory.give(this.block);
    this.release();
  }

  /** Lets go of the block, which was freed or has another handle. */
  release(): void {
    this.block = this.#view = null;
    this.owner.remove(this);
  }

  /** See `Tensor`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

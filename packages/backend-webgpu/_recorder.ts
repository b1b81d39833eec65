// Records dispatches and submits them together: one submission costs as much as dozens of dispatches.

import { Health } from "./_health.ts";
import { Lag } from "./_lag.ts";
import { PARAMETER_BYTES, Pipelines } from "./_pipelines.ts";
import { type Block, Pool } from "./_pool.ts";
import { getsThrough, type Grid, type Kernel, MOST_SIZES } from "./kernels/kernel.ts";

/** What the device was asked to do so far. */
export interface Counters {
  /** Command buffers submitted. */
  submits: number;
  /** Calls of `read`, each of which waits for the device. */
  reads: number;
  /** Kernels dispatched. */
  dispatches: number;
  /** Shapes of matrix products measured, which nothing else here counts. */
  tunings: number;
}

/** A kernel with what it works on. */
export interface Dispatch {
  /** The kernel. */
  kernel: Kernel;
  /** Its storage buffers. */
  blocks: readonly Block[];
  /** Its workgroups. */
  grid: Grid;
  /** Its sizes, at most eight. */
  sizes: readonly number[];
  /** Its scalars, at most eight. */
  scalars?: readonly number[];
}

// Dispatches whose parameters fit the parameter buffer. When it is full the recording is submitted.
const PAGE = 4096;

// Bind groups kept. Beyond, all are dropped, and those in use are soon made again.
const MOST_BIND_GROUPS = 8192;

const floor16 = (bytes: number): number => bytes - bytes % 16;

const IDLE_BYTES = 256 * 2 ** 20;
const IDLE_STAGING_BYTES = 32 * 2 ** 20;

/** The queue of a device, with its memory and kernels. */
export class Recorder {
  /** The device. */
  readonly device: GPUDevice;
  /** Its errors. */
  readonly health: Health;
  /** Its memory. */
  readonly pool: Pool;
  /** What it did. */
  readonly counters: Counters = { submits: 0, reads: 0, dispatches: 0, tunings: 0 };

  readonly #lag: Lag;
  readonly #pipelines: Pipelines;
  readonly #staging: Pool;
  readonly #bindGroups = new Map<string, GPUBindGroup>();

  // Parameters of recorded dispatches. They are written to the device just before the submission,
  // because a write does not wait for recorded work: written at once they would be overwritten
  // before they were used.
  readonly #parameters: GPUBuffer;
  readonly #stride: number;
  readonly #sizes: Uint32Array<ArrayBuffer>;
  readonly #scalars: Float32Array<ArrayBuffer>;
  #recorded = 0;

  // The submission being recorded.
  #submission = 0;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #pipeline: GPUComputePipeline | null = null;

  /** A recorder for `device`, whose errors it listens to. */
  constructor(device: GPUDevice) {
    this.device = device;
    this.health = new Health(device);
    this.#lag = new Lag(device.queue, this.health);
    this.#pipelines = new Pipelines(device, this.health);
    const { limits } = device;
    this.pool = new Pool(device, {
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      // Whole vectors, as kernels see it: the limit may be four bytes short of four gigabytes.
      limit: floor16(Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize)),
      idleBytes: IDLE_BYTES,
      onTrim: () => this.#bindGroups.clear(),
    });
    this.#staging = new Pool(device, {
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      limit: limits.maxBufferSize,
      idleBytes: IDLE_STAGING_BYTES,
    });
    this.#stride = Math.max(PARAMETER_BYTES, limits.minUniformBufferOffsetAlignment);
    const page = new ArrayBuffer(PAGE * this.#stride);
    this.#sizes = new Uint32Array(page);
    this.#scalars = new Float32Array(page);
    this.#parameters = device.createBuffer({
      label: "parameters",
      size: page.byteLength,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
  }

  /** Bytes of all buffers, in use or pooled. */
  get reservedBytes(): number {
    return this.pool.reservedBytes + this.#staging.reservedBytes + this.#parameters.size;
  }

  /** A block with `data` in it. */
  upload(operation: string, data: ArrayBufferView<ArrayBuffer>): Block {
    // A write comes before all that is being recorded, so it must not hit memory that is used there.
    const block = this.pool.take(operation, data.byteLength, this.#submission);
    const { buffer, byteOffset, byteLength } = data;
    const whole = byteLength - byteLength % 4;
    const { queue } = this.device;
    if (whole > 0) queue.writeBuffer(block.buffer, 0, buffer, byteOffset, whole);
    if (whole < byteLength) {
      // Writes are of four bytes at a time: the last ones are padded.
      const rest = new Uint8Array(4);
      rest.set(new Uint8Array(buffer, byteOffset + whole, byteLength - whole));
      queue.writeBuffer(block.buffer, whole, rest);
    }
    return block;
  }

  /** Records a dispatch. `sizes` and `scalars` are the kernel's parameters, at most eight of each. */
  dispatch(
    kernel: Kernel,
    blocks: readonly Block[],
    grid: Grid,
    sizes: readonly number[],
    scalars: readonly number[] = [],
  ): void {
    if (!getsThrough(kernel, sizes)) {
      throw new RangeError(
        `${kernel.label}: loops of ${kernel.turns!(sizes)} turns, which are cut`,
      );
    }
    if (this.#recorded === PAGE) this.submit();
    this.#record({ kernel, blocks, grid, sizes, scalars });
    this.counters.dispatches++;
  }

  /** Submits what was recorded, if anything was. */
  submit(): void {
    if (!this.#encoder) return;
    this.#send();
    this.counters.submits++;
  }

  /** Compiles a kernel before its first use. */
  compile(kernel: Kernel): void {
    this.#pipelines.get(kernel);
  }

  /** Whether {@linkcode time} works: the device has its `timestamp-query` feature. */
  get canTime(): boolean {
    return this.device.features.has("timestamp-query");
  }

  /**
   * Submits what was recorded, then runs each dispatch `repeats` times, 4096 runs at most, and tells how many milliseconds
   * that took. It has done with the blocks when it returns its promise. Counts as nothing.
   */
  async time(dispatches: readonly Dispatch[], repeats: number): Promise<number[]> {
    this.submit();
    const count = 2 * dispatches.length;
    const querySet = this.device.createQuerySet({ type: "timestamp", count });
    const { QUERY_RESOLVE, COPY_SRC, MAP_READ, COPY_DST } = GPUBufferUsage;
    const size = 8 * count;
    const resolved = this.device.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SRC });
    const mapped = this.device.createBuffer({ size, usage: MAP_READ | COPY_DST });
    try {
      dispatches.forEach((dispatch, i) => {
        this.#pass = this.#commands().beginComputePass({
          timestampWrites: {
            querySet,
            beginningOfPassWriteIndex: 2 * i,
            endOfPassWriteIndex: 2 * i + 1,
          },
        });
        for (let r = 0; r < repeats; r++) this.#record(dispatch);
        this.#endPass();
      });
      this.#commands().resolveQuerySet(querySet, 0, count, resolved, 0);
      this.#commands().copyBufferToBuffer(resolved, 0, mapped, 0, size);
      this.#send();
      await this.health.guard(mapped.mapAsync(GPUMapMode.READ));
      const at = new BigUint64Array(mapped.getMappedRange());
      return dispatches.map((_, i) => Number(at[2 * i + 1]! - at[2 * i]!) / 1e6);
    } finally {
      querySet.destroy();
      resolved.destroy();
      mapped.destroy();
    }
  }

  /** Submits, bounds the lag, and throws what went wrong. */
  async flush(): Promise<void> {
    this.health.check();
    this.submit();
    await this.#lag.keepUp();
    await this.health.settle();
  }

  /** Copies the first `bytes` of each block, as of now, to the host. */
  async read(parts: readonly { block: Block; bytes: number }[]): Promise<ArrayBuffer[]> {
    this.health.check();
    this.counters.reads++;
    // Copies are of four bytes at a time.
    const padded = parts.map(({ bytes }) => Math.ceil(bytes / 4) * 4);
    const total = padded.reduce((sum, bytes) => sum + bytes, 0);
    const staging = this.#staging.take("read", total);
    this.#endPass();
    let end = 0;
    parts.forEach(({ block }, i) => {
      this.#commands().copyBufferToBuffer(block.buffer, 0, staging.buffer, end, padded[i]!);
      block.touched = this.#submission;
      end += padded[i]!;
    });
    staging.touched = this.#submission;
    this.submit();

    try {
      await this.health.guard(staging.buffer.mapAsync(GPUMapMode.READ, 0, total));
    } catch (error) {
      this.#staging.discard(staging);
      // What failed before is the reason why it cannot be mapped.
      await this.health.settle();
      throw error;
    }
    const mapped = staging.buffer.getMappedRange(0, total);
    let at = 0;
    const copies = parts.map(({ bytes }, i) => {
      const copy = mapped.slice(at, at + bytes);
      at += padded[i]!;
      return copy;
    });
    staging.buffer.unmap();
    this.#staging.give(staging);
    await this.health.settle();
    return copies;
  }

  /** Destroys all buffers that no tensor holds. */
  dispose(): void {
    this.health.close();
    this.#endPass();
    this.#encoder = null;
    this.#bindGroups.clear();
    this.#parameters.destroy();
    this.pool.dispose();
    this.#staging.dispose();
  }

  #record({ kernel, blocks, grid, sizes, scalars = [] }: Dispatch): void {
    const offset = this.#recorded * this.#stride;
    this.#sizes.set(sizes, offset / 4);
    this.#scalars.set(scalars, offset / 4 + MOST_SIZES);
    this.#recorded++;

    const pass = this.#pass ??= this.#commands().beginComputePass();
    const pipeline = this.#pipelines.get(kernel);
    if (pipeline !== this.#pipeline) pass.setPipeline(this.#pipeline = pipeline);
    pass.setBindGroup(0, this.#bind(kernel, blocks), [offset]);
    pass.dispatchWorkgroups(grid.x, grid.y);
    for (const block of blocks) block.touched = this.#submission;
  }

  #send(): void {
    this.#endPass();
    const { queue } = this.device;
    if (this.#recorded > 0) {
      queue.writeBuffer(this.#parameters, 0, this.#sizes.buffer, 0, this.#recorded * this.#stride);
    }
    queue.submit([this.#encoder!.finish()]);
    this.#encoder = null;
    this.#recorded = 0;
    this.#submission++;
    this.#lag.submitted();
    this.pool.trim(this.#submission);
    this.#staging.trim(this.#submission);
  }

  #commands(): GPUCommandEncoder {
    return this.#encoder ??= this.device.createCommandEncoder({
      label: `submission ${this.#submission}`,
    });
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = null;
    this.#pipeline = null;
  }

  #bind({ access }: Kernel, blocks: readonly Block[]): GPUBindGroup {
    let key = access;
    for (const block of blocks) key += `,${block.id}`;
    let group = this.#bindGroups.get(key);
    if (!group) {
      if (this.#bindGroups.size >= MOST_BIND_GROUPS) this.#bindGroups.clear();
      group = this.device.createBindGroup({
        label: access,
        layout: this.#pipelines.layout(access),
        entries: [
          { binding: 0, resource: { buffer: this.#parameters, size: PARAMETER_BYTES } },
          ...blocks.map(({ buffer }, i) => ({ binding: i + 1, resource: { buffer } })),
        ],
      });
      this.#bindGroups.set(key, group);
    }
    return group;
  }
}

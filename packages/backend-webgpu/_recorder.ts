// Records dispatches and submits them together: one submission costs as much as dozens of dispatches.

import { type Attempt, attempt } from "./_attempt.ts";
import { Health, refused } from "./_health.ts";
import { Lag } from "./_lag.ts";
import { PARAMETER_BYTES, Pipelines } from "./_pipelines.ts";
import { batches, padded, type Part, separate, total } from "./_parts.ts";
import { type Block, largestBinding, Pool } from "./_pool.ts";
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

/** Dispatches whose parameters fit the parameter buffer. When it is full the recording is submitted. */
export const PAGE = 4096;

// Bind groups kept. Beyond, all are dropped, and those in use are soon made again.
const MOST_BIND_GROUPS = 8192;

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
  // Whether it is one whose errors are known to the caller alone.
  #isApart = false;

  // Uploads are counted from -2 down. Of what is refused of them, and of submissions, nothing was done.
  #upload = -1;
  readonly #refused = new Map<number, Error>();

  /** A recorder for `device`. */
  constructor(device: GPUDevice) {
    this.device = device;
    this.health = new Health(device);
    this.#lag = new Lag(device.queue, this.health);
    this.#pipelines = new Pipelines(device, this.health);
    const { limits } = device;
    this.pool = new Pool(device, {
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      limit: largestBinding(device),
      idleBytes: IDLE_BYTES,
      health: this.health,
      onTrim: () => this.#bindGroups.clear(),
    });
    this.#staging = new Pool(device, {
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      limit: limits.maxBufferSize,
      idleBytes: IDLE_STAGING_BYTES,
      health: this.health,
    });
    this.#stride = Math.max(PARAMETER_BYTES, limits.minUniformBufferOffsetAlignment);
    const page = new ArrayBuffer(PAGE * this.#stride);
    this.#sizes = new Uint32Array(page);
    this.#scalars = new Float32Array(page);
    this.#parameters = this.health.watch(() =>
      device.createBuffer({
        label: "parameters",
        size: page.byteLength,
        usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
      })
    );
  }

  /** Bytes of all buffers, in use or pooled. */
  get reservedBytes(): number {
    return this.pool.reservedBytes + this.#staging.reservedBytes + this.#parameters.size;
  }

  /** Throws if a block has no memory, or has not the values it should because the work that was to write them was refused. */
  requireWritten(operation: string, { failure, written }: Block): void {
    if (failure) throw failure;
    const cause = this.#refused.get(written);
    if (!cause) return;
    throw new Error(`${operation}: a tensor's values were lost with work that failed before`, {
      cause,
    });
  }

  /** A block with `data` in it. */
  upload(operation: string, data: ArrayBufferView<ArrayBuffer>): Block {
    // A write comes before all that is being recorded, so it must not hit memory that is used there.
    const block = this.pool.take(operation, data.byteLength, this.#submission);
    const upload = block.written = --this.#upload;
    const { buffer, byteOffset, byteLength } = data;
    const whole = byteLength - byteLength % 4;
    const { queue } = this.device;
    this.health.watch(() => {
      if (whole > 0) queue.writeBuffer(block.buffer, 0, buffer, byteOffset, whole);
      if (whole < byteLength) {
        // Writes are of four bytes at a time: the last ones are padded.
        const rest = new Uint8Array(4);
        rest.set(new Uint8Array(buffer, byteOffset + whole, byteLength - whole));
        queue.writeBuffer(block.buffer, whole, rest);
      }
    }, {
      explain: (error) => this.#refuse(upload, this.pool.noRoom(operation, byteLength, error)),
    });
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

  /** Compiles a kernel that is not needed yet; see {@linkcode Pipelines.prepare}. */
  prepare(kernel: Kernel): Promise<boolean> {
    return this.#pipelines.prepare(kernel);
  }

  /**
   * Submits what was recorded, and then, in a submission of its own, what `work` encodes: {@linkcode PAGE} dispatches at
   * most. What the device refuses of it is known to the caller alone. Counts as nothing.
   */
  apart<T>(
    work: (
      encoder: GPUCommandEncoder,
      dispatch: (pass: GPUComputePassEncoder, dispatch: Dispatch) => void,
    ) => T,
  ): Attempt<T> {
    this.submit();
    this.#isApart = true;
    try {
      return attempt(this.device, () => {
        const result = work(this.#commands(), (pass, dispatch) => {
          if (pass !== this.#pass) this.#pipeline = null;
          this.#pass = pass;
          this.#record(dispatch);
        });
        this.#handOver();
        return result;
      });
    } finally {
      this.#isApart = false;
      this.#next();
    }
  }

  /** Forgets bind groups, which would keep destroyed buffers. */
  forget(): void {
    this.#bindGroups.clear();
  }

  /** Waits until the device has done all that was submitted. */
  async idle(): Promise<void> {
    await this.health.work(this.device.queue.onSubmittedWorkDone());
  }

  /** Submits, bounds the lag, and throws what went wrong. */
  async flush(): Promise<void> {
    this.health.check();
    this.submit();
    await this.#lag.keepUp();
    await this.health.settle();
  }

  /** Copies the first `bytes` of each block, as of now, to the host. */
  async read(parts: readonly Part[]): Promise<ArrayBuffer[]> {
    this.health.check();
    this.counters.reads++;
    this.#endPass();
    const copied = batches(parts, this.device.limits.maxBufferSize)
      .map((batch) => ({ batch, staging: this.#copy(batch) }));
    this.submit();
    const mapped = this.health.watch(() =>
      copied.map(({ batch, staging }) => staging.buffer.mapAsync(GPUMapMode.READ, 0, total(batch)))
    );
    let copies: ArrayBuffer[];
    try {
      await this.health.guard(Promise.all(mapped));
      copies = copied.flatMap(({ batch, staging }) =>
        separate(staging.buffer.getMappedRange(0, total(batch)), batch)
      );
    } catch (cause) {
      for (const { staging } of copied) this.#staging.discard(staging);
      // What failed before is the reason why it cannot be mapped.
      await this.health.settle({ all: true });
      await this.health.expectLoss();
      const { message } = cause as Error;
      throw new Error(`read: ${total(parts)} bytes could not be had: ${message}`, { cause });
    }
    for (const { staging } of copied) {
      staging.buffer.unmap();
      this.#staging.give(staging);
    }
    await this.health.settle({ all: true });
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
    for (let i = 0; i < blocks.length; i++) {
      const block = blocks[i]!;
      block.touched = this.#submission;
      if (kernel.access[i] === "w") block.written = this.#submission;
    }
  }

  // Records the copies of parts into a buffer that the host can map.
  #copy(parts: readonly Part[]): Block {
    const staging = this.#staging.take("read", total(parts));
    let end = 0;
    for (const part of parts) {
      const { buffer } = part.block;
      this.#commands().copyBufferToBuffer(buffer, 0, staging.buffer, end, padded(part));
      part.block.touched = this.#submission;
      end += padded(part);
    }
    staging.touched = this.#submission;
    return staging;
  }

  #send(): void {
    this.#endPass();
    const submission = this.#submission;
    this.health.watch(() => this.#handOver(), {
      explain: (error) => this.#refuse(submission, refused(error)),
    });
    this.#next();
  }

  // Gives the device what is recorded.
  #handOver(): void {
    const { queue } = this.device;
    if (this.#recorded > 0) {
      queue.writeBuffer(this.#parameters, 0, this.#sizes.buffer, 0, this.#recorded * this.#stride);
    }
    queue.submit([this.#encoder!.finish()]);
  }

  // Begins the next submission.
  #next(): void {
    this.#encoder = null;
    this.#pass = null;
    this.#pipeline = null;
    this.#recorded = 0;
    this.#submission++;
    this.#lag.submitted();
    this.pool.trim(this.#submission);
    this.#staging.trim(this.#submission);
  }

  // Work whose errors are everybody's, unless it is set apart.
  #watch<T>(work: () => T): T {
    return this.#isApart ? work() : this.health.watch(work);
  }

  #refuse(work: number, reason: Error): Error {
    this.#refused.set(work, reason);
    return reason;
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
      group = this.#watch(() =>
        this.device.createBindGroup({
          label: access,
          layout: this.#pipelines.layout(access),
          entries: [
            { binding: 0, resource: { buffer: this.#parameters, size: PARAMETER_BYTES } },
            ...blocks.map(({ buffer }, i) => ({ binding: i + 1, resource: { buffer } })),
          ],
        })
      );
      this.#bindGroups.set(key, group);
    }
    return group;
  }
}

// The peer in PyTorch: a process that ff_torch.py runs in, asked one JSON line at a time.

import { UnavailableError } from "@forward-forward/core";
import { TextLineStream } from "./_lines.ts";
import { findPython, type Python, pythonEnvironment } from "./_python.ts";

/** Where PyTorch computes. */
export type TorchDevice = "cpu" | "cuda";

/** What ff_torch.py answers. */
export interface Answer {
  /** What the work took. */
  seconds: number;
  /** Mean loss of each layer, of an epoch. */
  losses?: number[];
  /** Fraction of wrong predictions, of scoring. */
  error?: number;
  /** First and last row of the product, of a matrix product. */
  rows?: number[][];
}

/** PyTorch in a process of its own. */
export class Torch implements Disposable {
  /** What it computes on, in words. */
  readonly device: string;
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #folder: string;
  #loaded = "";

  private constructor(process: Deno.ChildProcess, folder: string, device: string) {
    this.#process = process;
    this.#folder = folder;
    this.device = device;
    this.#writer = process.stdin.getWriter();
    this.#lines = process.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(
      new TextLineStream(),
    ).getReader();
  }

  /**
   * Starts it, with MNIST from `folder`. Throws an {@linkcode UnavailableError} where there is no Python with
   * PyTorch, or PyTorch sees no GPU and should.
   */
  static async start(folder: string, device: TorchDevice, threads: number): Promise<Torch> {
    const python = await findPython();
    const where = device === "cuda" ? gpuOf(python) : `${threads} CPU threads`;
    const script = decodeURIComponent(new URL("ff_torch.py", import.meta.url).pathname);
    const process = new Deno.Command(python.command, {
      args: [script, String(threads), device],
      ...pythonEnvironment(),
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    return new Torch(process, folder, where);
  }

  /** Asks for one thing, handing it tensors if it takes some, and waits for the answer. */
  async ask(
    question: { do: string } & Record<string, unknown>,
    tensors: readonly Float32Array[] = [],
  ): Promise<Answer> {
    const line = JSON.stringify({ ...question, tensors: tensors.map(({ length }) => length) });
    await this.#writer.write(new TextEncoder().encode(line + "\n"));
    for (const { buffer, byteOffset, byteLength } of tensors) {
      await this.#writer.write(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
    }
    const { value } = await this.#lines.read();
    if (value === undefined) throw new Error(`ff_torch.py ended while asked to ${question.do}`);
    return JSON.parse(value) as Answer;
  }

  /** Loads MNIST's training or test images, unless they are loaded. */
  async load(part: "train" | "t10k"): Promise<void> {
    if (this.#loaded === part) return;
    await this.ask({
      do: "load",
      images: `${this.#folder}/${part}-images-idx3-ubyte`,
      labels: `${this.#folder}/${part}-labels-idx1-ubyte`,
    });
    this.#loaded = part;
  }

  /** Ends the process. */
  [Symbol.dispose](): void {
    this.#process.kill();
    // What is in flight is lost with it, on purpose.
    this.#writer.abort().catch(() => {});
    this.#lines.cancel().catch(() => {});
  }
}

function gpuOf({ command, version, gpu }: Python): string {
  if (gpu !== null) return gpu;
  throw new UnavailableError(
    `PyTorch ${version} of ${command} sees no GPU`,
    "install a PyTorch that is built for the GPU at hand",
  );
}

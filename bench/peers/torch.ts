// The peer in PyTorch: a process that ff_torch.py runs in, asked one JSON line at a time.

import { UnavailableError } from "@forward-forward/core";
import { TextLineStream } from "./_lines.ts";

const PYTHON = "/usr/bin/python3";
const REMEDY = "apt-get install python3-torch libopenblas0-pthread";

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
  /** Its version. */
  readonly version: string;
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #folder: string;
  #loaded = "";

  private constructor(process: Deno.ChildProcess, folder: string, version: string) {
    this.#process = process;
    this.#folder = folder;
    this.version = version;
    this.#writer = process.stdin.getWriter();
    this.#lines = process.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(
      new TextLineStream(),
    ).getReader();
  }

  /** Starts it. Throws an {@linkcode UnavailableError} where there is no Python, or no PyTorch in it. */
  static async start(folder: string, threads: number): Promise<Torch> {
    const version = await versionOf();
    const script = decodeURIComponent(new URL("ff_torch.py", import.meta.url).pathname);
    const process = new Deno.Command(PYTHON, {
      args: [script, String(threads)],
      // Whatever this shell sets for OpenBLAS is not for the peer: it must run at its best.
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    return new Torch(process, folder, version);
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

async function versionOf(): Promise<string> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(PYTHON, {
      args: ["-c", "import torch, numpy; print(torch.__version__)"],
      clearEnv: true,
    }).output();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new UnavailableError(`there is no ${PYTHON}`, REMEDY, { cause });
  }
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).trim();
  if (output.success) return text(output.stdout);
  const said = text(output.stderr).split("\n").at(-1)!;
  throw new UnavailableError(`${PYTHON} has no working PyTorch (${said})`, REMEDY);
}

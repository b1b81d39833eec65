// The model that is asked, and what it answers.

import { type Signal, signal } from "@preact/signals";
import { type Remote, wrap } from "comlink";
import type { Answer, AskingWorker, Mistakes, ModelCard } from "../shared/asking.ts";
import type { TrainingWorker } from "../shared/training.ts";
import { openWorker } from "./lab.ts";
import { wordsOf } from "./words.ts";

/** Which model is asked: the one that comes with the page, the one in training, or one that was opened. */
export type Source = "page" | "training" | "file";

/** Milliseconds after which the model in training is taken anew. */
const FOLLOW_EVERY = 2000;

/** Asks a model about the drawing. */
export class Asking {
  /** Which model. */
  readonly source: Signal<Source> = signal("page");
  /** The model that is asked, once there is one. */
  readonly model: Signal<ModelCard | null> = signal(null);
  /** The drawing as the model sees it, 784 bytes; null for blank paper. */
  readonly pixels: Signal<Uint8Array | null> = signal(null);
  /** What was put on the paper by something else than a pen, and what it shows where that is known. */
  readonly placed: Signal<{ pixels: Uint8Array; truth: number | null } | null> = signal(null);
  /** What the model says to that. */
  readonly answer: Signal<Answer | null> = signal(null);
  /** Its mistakes, once they were asked for. */
  readonly mistakes: Signal<Mistakes | "looking" | null> = signal(null);
  /** What went wrong. */
  readonly fault: Signal<string | null> = signal(null);
  /** What became of the file that was chosen last: null where it was opened, else what is wrong with it. */
  readonly opened: Signal<{ name: string; fault: string | null } | null> = signal(null);
  /** The file that was opened. */
  readonly file: Signal<{ name: string; bytes: Uint8Array<ArrayBuffer> } | null> = signal(null);

  readonly #worker: Remote<AskingWorker> = wrap<AskingWorker>(openWorker("./ask_worker.js"));
  readonly #training: Remote<TrainingWorker>;
  #taken = 0;
  #busy = false;
  #again = false;

  /** Takes the model that comes with the page. */
  constructor(training: Remote<TrainingWorker>) {
    this.#training = training;
    this.choose("page");
  }

  /** Asks another model. */
  async choose(source: Source): Promise<void> {
    const before = this.source.value;
    this.source.value = source;
    try {
      await this.#take();
    } catch (error) {
      this.fault.value = wordsOf(error);
      if (source !== "page") this.source.value = before;
    }
  }

  /** Opens a model file. */
  async open(file: File): Promise<void> {
    const before = this.file.value;
    this.file.value = { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
    await this.choose("file");
    const fault = this.fault.value;
    this.opened.value = {
      name: file.name,
      fault: fault &&
        `${file.name} cannot be opened as a model: ${fault}. Choose a model.safetensors that was downloaded here or made by ff train.`,
    };
    if (fault === null) return;
    this.fault.value = null;
    this.file.value = before;
  }

  /** Takes what the model in training has become, where that is the one that is asked. */
  follow(): void {
    if (this.source.value !== "training" || performance.now() - this.#taken < FOLLOW_EVERY) return;
    this.#take().catch(() => {}); // The run has ended; the next one is taken when it is measured.
  }

  /** Puts an image on the paper, and shows it. */
  place(pixels: Uint8Array, truth: number | null = null): void {
    this.show(pixels);
    this.placed.value = { pixels, truth };
  }

  /** Shows it other pixels. */
  show(pixels: Uint8Array | null): void {
    this.placed.value = null;
    this.pixels.value = pixels;
    this.#ask();
  }

  /** Looks for its mistakes. */
  async findMistakes(): Promise<void> {
    this.mistakes.value = "looking";
    this.mistakes.value = await this.#worker.mistakes();
  }

  async #take(): Promise<void> {
    this.#taken = performance.now();
    const source = this.source.value;
    const bytes = source === "training"
      ? await this.#training.model()
      : source === "file"
      ? this.file.value!.bytes
      : null;
    this.model.value = await this.#worker.take(bytes);
    this.fault.value = null;
    this.mistakes.value = null;
    this.#ask();
  }

  // One question at a time; of those that come meanwhile the last.
  async #ask(): Promise<void> {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    do {
      this.#again = false;
      const pixels = this.pixels.value;
      try {
        this.answer.value = pixels && this.model.value && await this.#worker.ask(pixels);
      } catch (error) {
        this.fault.value = wordsOf(error);
      }
    } while (this.#again);
    this.#busy = false;
  }
}

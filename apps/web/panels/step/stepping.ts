// The update that is looked at, and the proof: what the panel shows, and the tour leads through.

import { effect, type Signal, signal } from "@preact/signals";
import type { Lab } from "../../page/lab.ts";
import { wordsOf } from "../../page/words.ts";
import type { Isolation, Meddling, Trace } from "../../shared/tracing.ts";
import { type Stage, stagesOf } from "./stages.ts";

/** One update in slow motion. */
export class Stepping {
  /** The update, once one was looked at. */
  readonly trace: Signal<Trace | null> = signal(null);
  /** The stage that it is at. */
  readonly at: Signal<number> = signal(0);
  /** What meddling with layer 2 came to. */
  readonly proof: Signal<{ meddling: Meddling; found: Isolation } | null> = signal(null);
  /** Whether that is being found out. */
  readonly proving: Signal<boolean> = signal(false);
  /** What went wrong. */
  readonly fault: Signal<string> = signal("");

  readonly #lab: Lab;
  #image = 0;
  #ran = false;

  /** Nothing yet, and nothing again with each new run. */
  constructor(lab: Lab) {
    this.#lab = lab;
    effect(() => {
      void lab.run.value;
      this.trace.value = null;
      this.proof.value = null;
      this.fault.value = "";
    });
  }

  /** The stages of the update. */
  get stages(): Stage[] {
    const trace = this.trace.value;
    return trace ? stagesOf(trace.layers.length) : [];
  }

  /** Pauses the run, and looks at an update of the same image, with a wrong label or with the one most believed. */
  async look(wrong: number | null = null): Promise<void> {
    if (this.trace.peek() === null) this.#ran = this.#lab.phase.peek() === "running";
    this.#lab.go(0);
    await this.#try(async () => {
      this.trace.value = await this.#lab.training.trace({ image: this.#image, wrong });
      this.at.value = 0;
    });
  }

  /** Looks at an update of the next image. */
  async next(): Promise<void> {
    this.#image++;
    await this.look();
  }

  /** Looks away, and lets the run go on if it did. */
  leave(): void {
    this.trace.value = null;
    if (this.#ran) this.#lab.go(null);
  }

  /** Finds out what becomes of layer 1 where layer 2 is meddled with. */
  async prove(meddling: Meddling): Promise<void> {
    this.proving.value = true;
    await this.#try(async () => {
      this.proof.value = { meddling, found: await this.#lab.training.isolation(meddling) };
    });
    this.proving.value = false;
  }

  async #try(work: () => Promise<void>): Promise<void> {
    this.fault.value = "";
    try {
      await work();
    } catch (error) {
      this.fault.value = wordsOf(error);
    }
  }
}

// Backpropagation beside the run: its worker, and what came of it.

import { effect, type Signal, signal } from "@preact/signals";
import { proxy, type Remote, wrap } from "comlink";
import { type Lab, openWorker } from "../../page/lab.ts";
import type { ComparingWorker, Point } from "../../shared/comparing.ts";

/** Runs backpropagation on the same layers, images and backend. */
export class Comparison {
  /** How well it does, in order. */
  readonly points: Signal<readonly Point[]> = signal([]);
  /** Whether it is wanted. */
  readonly on: Signal<boolean> = signal(false);
  /** What went wrong. */
  readonly fault: Signal<string | null> = signal(null);

  readonly #lab: Lab;
  #worker: Remote<ComparingWorker> | null = null;
  #begun = -1;

  /** Nothing yet. */
  constructor(lab: Lab) {
    this.#lab = lab;
    effect(() => {
      const [run, phase, on] = [lab.run.value, lab.phase.value, this.on.value];
      if (on && run !== this.#begun) this.#begin(run);
      // Where the run waits, it comes as far as that has, so that they can be compared.
      const goes = phase === "running" || phase === "starting";
      this.#worker?.go(!on ? 0 : goes ? null : lab.progress.peek()?.images ?? 0);
    });
  }

  #begin(run: number): void {
    this.#begun = run;
    this.points.value = [];
    this.fault.value = null;
    this.#worker ??= wrap<ComparingWorker>(openWorker("./backprop_worker.js"));
    this.#worker.start(
      this.#lab.settings.peek(),
      proxy((event) => {
        if (event.type === "point") this.points.value = [...this.points.peek(), event.point];
        else this.fault.value = event.message;
      }),
    );
  }
}

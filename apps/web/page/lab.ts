// What the page knows: the run's settings, how training is, and how to change both.

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { proxy, type Remote, wrap } from "comlink";
import type { Computer, LabEvent, Measured, Phase, Progress } from "../shared/events.ts";
import { DEFAULTS, readAddress, type Settings, writeAddress } from "../shared/settings.ts";
import type { TrainingWorker } from "../shared/training.ts";
import { Asking } from "./asking.ts";
import { extended, type Point } from "./course.ts";

/** Settings that change what is shown, and not the run. */
const OF_THE_PAGE: readonly (keyof Settings)[] = ["hide", "run"];

/** Seconds over which the rate is a mean. */
const RATE_OVER = 3;

/** The page's state, and what can be done. */
export class Lab {
  /** What decides the run. */
  readonly settings: Signal<Settings>;
  /** Where the run stands. */
  readonly phase: Signal<Phase> = signal("starting");
  /** What there is to say about that. */
  readonly message: Signal<string | null> = signal(null);
  /** What of the address could not be. */
  readonly faults: readonly string[];
  /** The runs there were before this one. */
  readonly run: Signal<number> = signal(0);
  /** What computes, once that is known. */
  readonly computer: Signal<Computer | null> = signal(null);
  /** Training images that have arrived. */
  readonly arrived: Signal<number> = signal(0);
  /** How far training has come. */
  readonly progress: Signal<Progress | null> = signal(null);
  /** What was measured last, in this run. */
  readonly latest: Signal<Measured | null> = signal(null);
  /** The run's course until then, in order. */
  readonly course: Signal<readonly Point[]> = signal([]);
  /** The training worker. */
  readonly training: Remote<TrainingWorker>;
  /** The model that is asked. */
  readonly asking: Asking;

  readonly #parts = new Map<unknown, unknown>();
  #goesOn: boolean;
  #recent: Progress[] = [];
  readonly #rate: Signal<number | null> = signal(null);

  /** Opens the workers, and begins the run of the page's address. */
  constructor() {
    const { settings, faults } = readAddress(location.search);
    this.settings = signal(settings);
    this.faults = faults;
    this.training = wrap<TrainingWorker>(openWorker("./train_worker.js"));
    this.asking = new Asking(this.training);
    this.training.listen(proxy((event) => this.#hear(event)));
    this.training.start(settings);
    this.#goesOn = settings.run;
    addEventListener("popstate", () => this.#return());
  }

  /** Images learned from in a second, lately. */
  get rate(): ReadonlySignal<number | null> {
    return this.#rate;
  }

  /** What a panel keeps for the whole page: the one of its kind. */
  part<T>(kind: new (lab: Lab) => T): T {
    const known = this.#parts.get(kind) ?? new kind(this);
    this.#parts.set(kind, known);
    return known as T;
  }

  /** Whether a panel is shown. */
  shows(name: string): boolean {
    return !this.settings.value.hide.includes(name);
  }

  /** Makes so many updates; with null it goes on, with 0 it pauses. */
  go(updates: number | null): void {
    this.#goesOn = updates === null;
    this.training.go(updates);
  }

  /** Begins the run anew: going on if it did, or as it is said. */
  restart(run = this.#goesOn): void {
    this.#goesOn = run;
    this.latest.value = null;
    this.course.value = [];
    this.progress.value = null;
    this.#rate.value = null;
    this.#recent = [];
    this.phase.value = "starting";
    this.run.value++;
    this.training.start({ ...this.settings.value, run });
  }

  /** Changes settings; the run begins anew where they decide it. */
  change(changes: Partial<Settings>): void {
    const settings = { ...this.settings.value, ...changes };
    this.settings.value = settings;
    const path = location.pathname + writeAddress(settings) + location.hash;
    history.pushState(null, "", path);
    const names = Object.keys(changes) as (keyof Settings)[];
    if (names.some((name) => !OF_THE_PAGE.includes(name))) this.restart();
  }

  /** Everything as on a page with nothing in its address. */
  forget(): void {
    const { hide } = this.settings.value;
    this.change({ ...DEFAULTS, hide });
  }

  // Back to settings from before, or on to later ones; places in the page are nothing of the run.
  #return(): void {
    const { settings } = readAddress(location.search);
    if (writeAddress(settings) === writeAddress(this.settings.peek())) return;
    this.settings.value = settings;
    this.restart();
  }

  #hear(event: LabEvent): void {
    switch (event.type) {
      case "computer":
        this.computer.value = event.computer;
        break;
      case "phase":
        this.phase.value = event.phase;
        this.message.value = event.message;
        break;
      case "data":
        this.arrived.value = event.images;
        break;
      case "progress":
        this.#count(event.progress);
        break;
      case "measured":
        this.latest.value = event.measured;
        this.course.value = extended(this.course.peek(), event.measured);
        this.asking.follow();
    }
  }

  // Over some seconds, for a device may lag behind what it was given.
  #count(progress: Progress): void {
    this.progress.value = progress;
    const recent = this.#recent;
    recent.push(progress);
    while (recent.length > 2 && progress.seconds - recent[1]!.seconds > RATE_OVER) recent.shift();
    const [first] = recent;
    const seconds = progress.seconds - first!.seconds;
    if (seconds > 0.3) this.#rate.value = (progress.images - first!.images) / seconds;
  }
}

/** Opens a worker of the page. */
export function openWorker(path: string): Worker {
  return new Worker(new URL(path, import.meta.url), { type: "module" });
}

// A run of the lab in its worker: trains, stops and goes on, and tells the page how it is.

import {
  type Checkpoint,
  type Dataset,
  DeviceLostError,
  FFNetwork,
  saveModel,
  UnavailableError,
} from "@forward-forward/core";
import { turnEventLoop } from "@forward-forward/core/tensor";
import { updatesPerEpoch } from "@forward-forward/core/training";
import type { LabEvent, Phase, Progress } from "../shared/events.ts";
import { joined } from "../shared/mnist_file.ts";
import { recipeOf } from "../shared/recipe_of.ts";
import type { Settings } from "../shared/settings.ts";
import { Clock } from "./clock.ts";
import { Gate } from "./gate.ts";
import type { Images } from "./images.ts";
import { fingerprint, see, Window } from "./measure.ts";
import type { Opened } from "./open_backend.ts";

/** Milliseconds between two words about progress. */
const TELL_EVERY = 100;
/** Milliseconds between two states that a lost device goes on from. */
const KEEP_EVERY = 5000;
/** Devices that a run may lose one after the other without an update between. */
const MOST_LOST = 3;

/** What a run needs besides its settings. */
export interface RunContext {
  /** Opens what computes; again where it was lost. */
  open: () => Promise<Opened>;
  /** What is learned from. */
  images: Pick<Images, "seen" | "first" | "train">;
  /** Images of the user's own, learned from in the passes that begin after they came. */
  own: () => Dataset | null;
  /** Hears of everything. */
  tell: (event: LabEvent) => void;
}

/** One run. */
export class Run {
  /** Where it waits between updates. */
  readonly gate: Gate = new Gate();

  readonly #settings: Settings;
  readonly #context: RunContext;
  readonly #end = new AbortController();
  readonly #clock = new Clock();
  #network: FFNetwork | null = null;
  #window = new Window();
  #kept: { checkpoint: Checkpoint; progress: Progress; at: number } | null = null;
  #progress: Progress;
  #start: Float32Array | null = null;
  #told = 0;
  #computed: Promise<unknown> | null = null;
  #seenAt = -1;
  #said: Phase | null = null;
  #note: string | null = null;

  /** A run that has not begun. */
  constructor(settings: Settings, context: RunContext) {
    this.#settings = settings;
    this.#context = context;
    this.#progress = nothingYet(0);
  }

  /** Trains until the recipe's last epoch, or until it is ended. Never rejects: the page is told. */
  async start(): Promise<void> {
    for (let lost = 0; lost <= MOST_LOST;) {
      const before = this.#progress.update;
      try {
        return await this.#train(lost > 0);
      } catch (error) {
        if (this.#end.signal.aborted) return;
        lost = this.#progress.update > before ? 1 : lost + 1;
        if (error instanceof DeviceLostError && lost <= MOST_LOST) continue;
        return this.#fail(error);
      } finally {
        this.#network?.dispose();
        this.#network = null;
      }
    }
  }

  /** Ends it; its tensors go. */
  end(): void {
    this.#end.abort();
    this.gate.close(new Error("this run has been ended"));
  }

  /** Updates made so far. */
  get update(): number {
    return this.#progress.update;
  }

  /** What the network is as the bytes of a model file. */
  async model(): Promise<Uint8Array<ArrayBuffer>> {
    return await this.withNetwork((network) => saveModel(network, { dataset: "mnist" }));
  }

  /** Runs what needs the network between two updates. */
  async withNetwork<T>(work: (network: FFNetwork) => Promise<T>): Promise<T> {
    return await this.gate.between(() => this.#clock.leave(() => work(this.#network!)));
  }

  async #train(again: boolean): Promise<void> {
    const { tell, images } = this.#context;
    if (again) {
      this.#note =
        `The device was lost after update ${this.#progress.update}; the run goes on from ` +
        `update ${this.#kept?.progress.update ?? 0}.`;
    }
    this.#phase("starting");
    const { backend, computer } = await this.#context.open();
    tell({ type: "computer", computer });
    const { seed, images: count } = this.#settings;
    const network = new FFNetwork(backend, recipeOf(this.#settings), { seed });
    this.#network = network;
    this.#window = new Window();
    this.#computed = null;
    const kept = this.#kept;
    if (kept) network.restore(kept.checkpoint);
    this.#progress = kept ? { ...kept.progress } : nothingYet(network.recipe.epochs);
    const heldOut = await images.seen();
    // The rest comes while it learns; what fails is told where it is needed.
    images.train(count).catch(() => {});
    await this.#pass(heldOut);
    while (network.epoch < network.recipe.epochs) {
      // The first pass is over what comes first, however fast the rest does: the same address is the same run.
      const set = network.epoch === 0
        ? await images.first()
        : this.#withOwn(await images.train(count));
      const updates = updatesPerEpoch(network.recipe, set.count);
      // The lab's recipes make one update on each batch of a number of images.
      const seenBy = (update: number): number =>
        Math.min(set.count, update * (network.recipe.batchSize as number));
      const fit = network.fit(set, {
        signal: this.#end.signal,
        onUpdate: async ({ update }) => {
          await this.#updated(seenBy(update) - seenBy(update - 1));
          if (update < updates) await this.#pass(heldOut);
        },
      });
      for await (const { epoch } of fit) {
        this.#progress.epoch = epoch;
        break;
      }
      if (network.epoch < network.recipe.epochs) await this.#pass(heldOut);
    }
    this.#clock.stop();
    await this.#look(heldOut, true);
    this.#phase("done");
    // Others may still want the network.
    for (;;) {
      this.gate.let(0);
      await this.gate.pass(this.#end.signal, () => Promise.resolve());
    }
  }

  #withOwn(data: Dataset): Dataset {
    const own = this.#context.own();
    return own ? joined([data, own]) : data;
  }

  // After an update: counts it, and lets messages in.
  async #updated(images: number): Promise<void> {
    this.#progress.update++;
    this.#progress.images += images;
    if (this.#progress.update === this.#settings.until) this.gate.let(0);
    if (performance.now() - this.#told < TELL_EVERY) return;
    // What was recorded before is computed first: a device may lag behind by seconds of work, and a pause with it. It has
    // this update to compute meanwhile.
    const { backend, layers } = this.#network!;
    const computed = backend.read([layers[0]!.figures.sums]);
    computed.catch(() => {}); // Whoever waits for it hears of it.
    await this.#computed;
    this.#computed = computed;
    this.#tellProgress();
    await turnEventLoop();
    this.#told = performance.now();
  }

  // Before an update: looks where it is time to, and waits for leave.
  async #pass(heldOut: Dataset): Promise<void> {
    if (this.#clock.due) await this.#look(heldOut, false);
    await this.gate.pass(this.#end.signal, async () => {
      this.#clock.stop();
      await this.#look(heldOut, true);
      this.#phase("paused");
    });
    if (this.#said !== "running") this.#phase("running");
    this.#clock.start();
  }

  async #look(heldOut: Dataset, whole: boolean): Promise<void> {
    const network = this.#network!;
    // What was recorded is computed first, for that is training.
    const layers = await this.#window.read(network);
    this.#tellProgress();
    await this.#clock.look(async () => {
      const { update } = this.#progress;
      if (update === this.#seenAt && !whole) return;
      this.#seenAt = update;
      const seen = await see(network, heldOut);
      // The first look is at what was drawn at random.
      const start = this.#start ??= seen.fields;
      const print = whole ? await fingerprint(network) : "";
      await this.#keep(whole);
      const fields = seen.fields.map((weight, i) => weight - start[i]!);
      const measured = { ...this.#progress, ...seen, fields, layers, fingerprint: print };
      this.#context.tell({ type: "measured", measured });
    });
  }

  // Keeps a state to go on from where the device is lost.
  async #keep(now: boolean): Promise<void> {
    const at = performance.now();
    if (!now && this.#kept && at - this.#kept.at < KEEP_EVERY) return;
    const checkpoint = await this.#network!.checkpoint();
    this.#kept = { checkpoint, progress: { ...this.#progress }, at };
  }

  #tellProgress(): void {
    this.#progress.seconds = this.#clock.trained / 1000;
    this.#context.tell({ type: "progress", progress: { ...this.#progress } });
  }

  #phase(phase: Phase, message: string | null = this.#note): void {
    this.#said = phase;
    this.#context.tell({ type: "phase", phase, message });
  }

  #fail(error: unknown): void {
    const message = error instanceof UnavailableError
      ? `${error.reason}: ${error.remedy}`
      : error instanceof Error
      ? error.message
      : String(error);
    this.gate.close(new Error(message));
    this.#phase("failed", message);
  }
}

function nothingYet(epochs: number): Progress {
  return { update: 0, epoch: 0, epochs, images: 0, seconds: 0 };
}

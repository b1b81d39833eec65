// Training: epochs of batches, and what is told of them.

import { disposeParts, epochBatches, type Part } from "../data/batches.ts";
import { type InputScale, PLAIN } from "../data/inputs.ts";
import type { Data, Source, SourceKind } from "../data/source.ts";
import { requireNegatives, sourceName } from "../data/sources.ts";
import { type ImageSize, requireLabels } from "../data/dataset.ts";
import type { LayerReport } from "../layers/figures.ts";
import type { Forward } from "../scoring/forward.ts";
import { evaluateScores, type Evaluation, scoreAll } from "../scoring/scoring.ts";
import type { Tensor } from "../tensor/backend.ts";
import type { Random } from "../tensor/random.ts";
import type { Kinds } from "./kinds.ts";
import { paceOf } from "./pace.ts";
import type { Recipe } from "./recipe.ts";
import { updatesPerEpoch } from "./validate_recipe.ts";
import type { Schedule } from "./schedule.ts";
import { writeOrRestore } from "./rollout.ts";
import { named, type NetworkState, readSlots, runningSlots, writeSlots } from "./state.ts";
import { TrainingError } from "./training_error.ts";
import type { Use } from "./use.ts";

/** How far an epoch has come, known without asking the device. */
export interface Progress {
  /** The epoch under way, from 1. */
  epoch: number;
  /** The last epoch. */
  epochs: number;
  /** Updates done in this epoch. */
  update: number;
  /** Updates in an epoch. */
  updates: number;
}

/** Options of {@linkcode FFNetwork.fit}. */
export interface FitOptions {
  /** Held-out images to evaluate on after every epoch. */
  validation?: Data | undefined;
  /** Stops training after the update under way; `fit` then throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called after every update is recorded, and awaited: {@linkcode FFNetwork.checkpoint} may be called here. */
  onUpdate?: ((progress: Progress) => void | Promise<void>) | undefined;
  /**
   * Images on the device at a time, 4096 by default: a larger batch is summed over parts of this size. It changes
   * sums by rounding, and which elements dropout and hybrids draw.
   */
  partSize?: number | undefined;
}

/** What {@linkcode FFNetwork.fit} yields after every epoch. */
export interface EpochReport {
  /** The epoch that ended, from 1. */
  epoch: number;
  /** The last epoch. */
  epochs: number;
  /** Images trained on in this epoch. */
  images: number;
  /** Learning rate of the layers in this epoch, after cooldown; 0 in epochs of the readout alone. */
  learningRate: number;
  /** Mean loss over layers that have learned, of this epoch's updates or, where they rest, of the last before it. */
  loss: number;
  /** Each layer's figures over the same updates. */
  layers: LayerReport[];
  /** Fraction of training images that the readout got wrong as it learned, if there is a readout. */
  readoutError: number | null;
  /** On the validation images, if there are any. */
  validation: Evaluation | null;
}

/** What is trained. */
export interface Trainee {
  /** What decides its training. */
  recipe: Recipe;
  /** What the recipe's words stand for. */
  kinds: Kinds;
  /** What every random number derives from. */
  random: Random;
  /** Its layers and its readout. */
  forward: Forward;
  /** Who is at it. */
  use: Use;
}

/** A network's training: where it stands, and how it goes on. */
export class Training {
  /** Epochs trained to their end. */
  epoch = 0;
  /** Updates done of the epoch after those. */
  update = 0;
  /** How inputs are seen. */
  scale: InputScale = PLAIN;
  /** What the network wrote before the epoch under way, where that is its negative data. */
  written: NetworkState[string] | null = null;
  /** The two sides of what was learned from, where it has two. */
  plane: ImageSize | null = null;

  readonly #trainee: Trainee;
  readonly #schedule: Schedule;

  /** Training that has not begun. */
  constructor(trainee: Trainee) {
    const { recipe, kinds, forward } = trainee;
    this.#trainee = trainee;
    this.#schedule = kinds.schedules[recipe.schedule.kind]!
      .create(recipe.schedule, forward, recipe);
  }

  /** The kind of some data. Throws a `TypeError` where there is no such kind, or the data cannot be what it says or is not for the recipe. */
  kindOf(data: Data): SourceKind {
    const { recipe, kinds: { sources } } = this.#trainee;
    const name = sourceName(data);
    if (!Object.hasOwn(sources, name)) {
      const known = Object.keys(sources).join(", ");
      throw new TypeError(`there is no kind of data "${name}": choose from ${known}`);
    }
    requireNegatives(recipe, sources[name]!, name);
    sources[name]!.check(data, recipe);
    const { labels, count, classes } = data;
    if (labels?.length !== count || classes !== recipe.classes) {
      throw new TypeError(
        `${count} of kind "${name}" need as many labels and ${recipe.classes} classes, as the recipe has, got ` +
          `${labels?.length} and ${classes}`,
      );
    }
    requireLabels(labels, classes);
    return sources[name]!;
  }

  /** Brings data to the device, to be scored. */
  async open(data: Data): Promise<Source> {
    const { recipe, forward: { stack } } = this.#trainee;
    const kind = this.kindOf(data);
    this.plane ??= kind.plane?.(data) ?? null;
    return await kind.open(stack.backend, recipe, data, { scale: this.scale });
  }

  /** {@linkcode FFNetwork.fit}. */
  async *fit(train: Data, options: FitOptions): AsyncGenerator<EpochReport, void, void> {
    const { recipe, kinds, random, forward, use } = this.#trainee;
    const { backend } = forward.stack;
    const { validation, signal, onUpdate } = options;
    const { epochs } = recipe;
    signal?.throwIfAborted();
    const kind = this.kindOf(train);
    if (validation) this.kindOf(validation);
    if (recipe.inputs === "measured" && this.epoch === 0 && this.update === 0) {
      this.scale = kind.measure?.(train) ?? PLAIN;
    }
    this.plane = kind.plane?.(train) ?? null;
    const training = { random: random.fork("warps"), signal };
    using source = await kind.open(backend, recipe, train, { scale: this.scale, training });
    using held = validation ? await this.open(validation) : null;
    const { batchSize: most } = recipe;
    const batchSize = most === "full" ? train.count : Math.min(most, train.count);
    const updates = updatesPerEpoch(recipe, train.count, kinds);
    const updatesPerBatch = updates / Math.ceil(train.count / batchSize);
    if (this.update > updates) {
      throw new RangeError(
        `${this.update} updates were made of epoch ${
          this.epoch + 1
        }, and an epoch of these images has ` +
          `${updates}: continue with the images it began with`,
      );
    }

    while (this.epoch < epochs) {
      const epoch = this.epoch + 1;
      const { gain, layersRest, learning } = paceOf(recipe, epoch);
      if (this.update === 0) this.#resetFigures(learning);
      if (source.writing && !layersRest) {
        this.written = await writeOrRestore(source.writing, this, this.#trainee, signal);
      }
      const updated = async (): Promise<void> => {
        this.update++;
        await backend.flush();
        if (onUpdate) {
          use.pauseFit();
          await onUpdate({ epoch, epochs, update: this.update, updates });
          use.resumeFit();
        }
        signal?.throwIfAborted();
      };
      const batches = epochBatches(backend, recipe, random, {
        labels: train.labels,
        epoch,
        batchSize,
        partSize: options.partSize ?? 4096,
        done: Math.floor(this.update / updatesPerBatch),
        warps: source.warps ?? 0,
        order: source.order ?? null,
      });
      for (const batch of batches) {
        try {
          signal?.throwIfAborted();
          const done = this.update % updatesPerBatch;
          const turn = { gain, updated, done, layersRest, learning, signal };
          await this.#schedule.train(source, batch, turn);
          this.#requireUpdates(updatesPerBatch);
        } finally {
          disposeParts(batch);
        }
      }
      const figures = await this.#report(epoch, train.count);
      const scores = held && await scoreAll(forward, held, { signal });
      // Only now has the epoch ended: what stops the work before leaves its last update to continue from.
      this.epoch = epoch;
      this.update = 0;
      use.pauseFit();
      yield {
        epoch,
        epochs,
        images: train.count,
        learningRate: layersRest ? 0 : recipe.optimizer.learningRate * gain,
        ...figures,
        validation: scores && evaluateScores(scores, validation!.labels, recipe),
      };
      use.resumeFit();
    }
  }

  /** {@linkcode FFNetwork.trainBatch}, of data and labels that can be. */
  async trainBatch(
    batch: Data,
    wrongLabels: ArrayLike<number> | null,
  ): Promise<LayerReport[]> {
    const { forward: { stack: { backend: b, layers, readout } }, random } = this.#trainee;
    using source = await this.open(batch);
    const column = (values: Int32Array): Tensor => b.upload(values, [batch.count, 1]);
    const step = layers[0]!.optimizer.step;
    const part = b.scope((): Part => ({
      indices: column(Int32Array.from({ length: batch.count }, (_, i) => i)),
      warps: null,
      partners: null,
      seed: random.fork(`dropout of step ${step}`).uint32(),
      wrong: wrongLabels && column(Int32Array.from(wrongLabels)),
      noise: null,
      pixels: null,
    }));
    const pairs = layers.map(({ figures }) => figures.pairs);
    const slots = runningSlots(named(layers, readout));
    try {
      const before = await readSlots(b, slots);
      try {
        this.#resetFigures();
        await this.#schedule.train(source, [part], { gain: 1, updated: () => b.flush() });
        return (await this.#report(this.epoch + 1, batch.count)).layers;
      } finally {
        writeSlots(b, slots, before);
        layers.forEach(({ figures }, l) => figures.pairs = pairs[l]!);
      }
    } finally {
      disposeParts([part]);
    }
  }

  // A checkpoint between updates could not be gone on with where a schedule makes more or fewer than it says.
  #requireUpdates(updatesPerBatch: number): void {
    if (this.update % updatesPerBatch === 0 && this.update > 0) return;
    const { kind } = this.#trainee.recipe.schedule;
    throw new TypeError(
      `the schedule "${kind}" says that it makes ${updatesPerBatch} updates on a batch, and ${this.update} were made`,
    );
  }

  // Reads every running figure at once.
  async #report(
    epoch: number,
    images: number,
  ): Promise<Pick<EpochReport, "loss" | "layers" | "readoutError">> {
    const { backend: b, layers: stack, readout } = this.#trainee.forward.stack;
    const tensors = [
      ...stack.map(({ figures }) => figures.sums),
      ...(readout ? [readout.mistakes] : []),
    ];
    const data = await b.read(tensors);
    const layers = stack.map(({ figures }) => figures.report(data.shift()!));
    const wrong = data.shift();
    layers.forEach(({ loss, positive, negative }, l) => {
      if ([loss, positive, negative].every(Number.isFinite)) return;
      throw new TrainingError(
        `layer ${l + 1} diverged in epoch ${epoch} (its loss is ${loss}): lower the learning rate`,
      );
    });
    const learned = layers.filter((_, l) => stack[l]!.figures.pairs > 0);
    return {
      loss: learned.reduce((sum, { loss }) => sum + loss, 0) / Math.max(1, learned.length),
      layers,
      readoutError: wrong ? wrong[0]! / images : null,
    };
  }

  // Layers that rest keep the figures of the last epoch in which they learned.
  #resetFigures(learning: readonly boolean[] = []): void {
    const { backend: b, layers, readout } = this.#trainee.forward.stack;
    layers.forEach(({ figures }, l) => (learning[l] ?? true) && figures.reset());
    if (readout) b.assign(readout.mistakes, b.fill([1, 1], 0));
  }
}

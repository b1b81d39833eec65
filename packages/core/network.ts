// The network: layers that learn side by side, trained, evaluated, saved and restored.

import type { Backend, Tensor } from "./backend.ts";
import { disposeParts, epochBatches } from "./batches.ts";
import { inputColumns } from "./columns.ts";
import { type Dataset, requireLabels } from "./dataset.ts";
import { TrainingError } from "./errors.ts";
import { DeviceImages } from "./images.ts";
import { inputPace, type InputScale, measureInputs, PLAIN } from "./inputs.ts";
import { FFDense, type LayerReport } from "./layer.ts";
import { Made } from "./made.ts";
import type { Optimizer } from "./optimizer.ts";
import { Random } from "./random.ts";
import { Readout } from "./readout.ts";
import { type Recipe, validateRecipe } from "./recipe.ts";
import {
  evaluateScores,
  type Evaluation,
  predictLabels,
  scoreImages,
  type Scores,
} from "./scoring.ts";
import {
  figureSlots,
  modelSlots,
  type NetworkState,
  readSlots,
  type Slot,
  writeSlots,
} from "./slots.ts";
import { type Part, Trainer } from "./trainer.ts";
import { Use } from "./use.ts";

export type { NetworkState } from "./slots.ts";

/** Options of {@linkcode FFNetwork}. */
export interface NetworkOptions {
  /** Decides initial weights, order, negatives and noise; a whole number, 1 by default. */
  seed?: number;
}

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

/**
 * All that the rest of a training run depends on besides its recipe, seed and data, as plain data: every random
 * number derives from the seed and the epoch.
 */
export interface Checkpoint {
  /** Epochs trained to their end. */
  epoch: number;
  /** Updates done of the epoch after those, 0 between epochs. */
  update: number;
  /** Steps that each layer's optimizer has taken and, last, that of the readout, if there is one. */
  steps: number[];
  /** Pairs behind each layer's running figures. */
  pairs: number[];
  /**
   * What {@linkcode FFNetwork.state} has, the optimizers' moments (`layers.0.weight.velocity`) and the running
   * figures of the epoch under way (`layers.0.figures` `[4, 1]`, `readout.mistakes` `[1, 1]`).
   */
  tensors: NetworkState;
}

/** Options of {@linkcode FFNetwork.fit}. */
export interface FitOptions {
  /** Held-out images to evaluate on after every epoch. */
  validation?: Dataset | undefined;
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
  /** Mean loss over layers of this epoch's updates or, in epochs of the readout alone, of the last before them. */
  loss: number;
  /** Each layer's figures over the same updates. */
  layers: LayerReport[];
  /** Fraction of training images that the readout got wrong as it learned, if there is a readout. */
  readoutError: number | null;
  /** On the validation images, if there are any. */
  validation: Evaluation | null;
}

/**
 * A Forward-Forward network on a backend.
 *
 * @example Two kinds of 4x4 images: bright on the left, bright on the right
 * ```ts
 * import { FFNetwork, recipes } from "@forward-forward/core";
 * import { ReferenceBackend } from "@forward-forward/core/reference";
 *
 * const labels = Uint8Array.from({ length: 100 }, (_, i) => i % 2);
 * const bright = (i: number): boolean => (i % 4 < 2) === (labels[i >> 4] === 0);
 * const images = Uint8Array.from({ length: 1600 }, (_, i) => bright(i) ? 255 : 0);
 * const data = { images, labels, count: 100, rows: 4, columns: 4, classes: 2 };
 *
 * using backend = new ReferenceBackend();
 * const recipe = recipes.quick({ layers: [16, 20, 20], classes: 2, batchSize: 10 });
 * using network = new FFNetwork(backend, recipe, { seed: 1 });
 * for await (const { epoch, loss } of network.fit(data)) console.log(epoch, loss);
 * console.log((await network.evaluate(data)).error); // 0
 * ```
 */
export class FFNetwork implements Disposable {
  /** Where its tensors live. */
  readonly backend: Backend;
  /** What decides its training. */
  readonly recipe: Recipe;
  /** What every random number derives from. */
  readonly seed: number;
  /** The layers, in order. */
  readonly layers: readonly FFDense[];
  /** The softmax trained alongside, if the recipe has one. */
  readonly readout: Readout | null;

  readonly #random: Random;
  readonly #trainer: Trainer;
  #inputs = PLAIN;
  readonly #use: Use = new Use();
  #epoch = 0;
  #update = 0;

  /** Draws initial weights. Throws a `RangeError` if the recipe contradicts itself. */
  constructor(backend: Backend, recipe: Recipe, { seed = 1 }: NetworkOptions = {}) {
    validateRecipe(recipe);
    this.backend = backend;
    this.recipe = recipe;
    this.seed = seed;
    this.#random = new Random(seed);
    const units = recipe.layers.slice(1);
    using made = new Made();
    this.layers = units.map((n, l) => {
      const { label, pixels } = inputColumns(recipe);
      // Without a label, positive and negative images have nothing in common.
      const own = l > 0 ? units[l - 1]! : label > 0 ? label : pixels;
      const size = {
        inputs: own,
        shared: l === 0 && label > 0 ? pixels : 0,
        units: n,
        pace: l === 0 && measures(recipe) ? inputPace(recipe.layers[0]!) : 1,
      };
      return made.own(new FFDense(backend, recipe, size, this.#random.fork(`layer ${l}`)));
    });
    this.readout = recipe.readout && new Readout(backend, recipe.readout, units, recipe.classes);
    made.keep();
    this.#trainer = new Trainer(backend, recipe, this.layers, this.readout);
  }

  /** Epochs trained so far. */
  get epoch(): number {
    return this.#epoch;
  }

  /** How it sees images: measured when {@linkcode fit} begins, where the recipe says so. */
  get inputs(): InputScale {
    return { ...this.#inputs };
  }

  /** Updates made so far of the epoch after those, 0 between epochs. */
  get update(): number {
    return this.#update;
  }

  /**
   * Trains to the recipe's last epoch and yields a report after each.
   *
   * One at a time: a second `fit` throws a `TypeError` until the first has come to its end or its loop was left.
   * While it works {@linkcode evaluate}, {@linkcode predict}, {@linkcode score} and {@linkcode trainBatch} do too; in the
   * loop over its reports and in `onUpdate` they may be called, and must be awaited.
   *
   * Leaving the loop, or aborting it, stops the training; calling `fit` again with the same data continues
   * where it stopped, and gives what it would have given. Throws a `TypeError` if the images do not fit the first
   * layer, a `RangeError` if the data have fewer updates than were made of the epoch under way,
   * a {@linkcode TrainingError} when a loss is no longer finite, and the signal's reason when it aborts.
   */
  async *fit(train: Dataset, options: FitOptions = {}): AsyncGenerator<EpochReport, void, void> {
    this.#use.beginFit();
    try {
      yield* this.#fit(train, options);
    } finally {
      this.#use.endFit();
    }
  }

  async *#fit(train: Dataset, options: FitOptions): AsyncGenerator<EpochReport, void, void> {
    const { validation, signal, onUpdate } = options;
    const { epochs } = this.recipe;
    signal?.throwIfAborted();
    requireDataset(this.recipe, train);
    if (validation) requireDataset(this.recipe, validation);
    if (measures(this.recipe) && this.#epoch === 0 && this.#update === 0) {
      this.#inputs = measureInputs(train);
    }
    const scale = this.#inputs;
    const warping = this.#random.fork("warps");
    using images = await DeviceImages.forTraining(this.backend, this.recipe, train, warping, {
      scale,
      signal,
    });
    using held = validation
      ? new DeviceImages(this.backend, this.recipe, validation, { scale })
      : null;
    const batchSize = this.recipe.batchSize === "full"
      ? train.count
      : Math.min(this.recipe.batchSize, train.count);
    const { updatesPerBatch } = this.#trainer;
    const updates = Math.ceil(train.count / batchSize) * updatesPerBatch;
    if (this.#update > updates) {
      throw new RangeError(
        `${this.#update} updates were made of epoch ${
          this.#epoch + 1
        }, and an epoch of these images has ` +
          `${updates}: continue with the images it began with`,
      );
    }

    while (this.#epoch < epochs) {
      const epoch = this.#epoch + 1;
      const { gain, layersRest } = this.#pace(epoch);
      if (this.#update === 0) this.#resetFigures(layersRest);
      const updated = async (): Promise<void> => {
        this.#update++;
        await this.backend.flush();
        if (onUpdate) {
          this.#use.pauseFit();
          await onUpdate({ epoch, epochs, update: this.#update, updates });
          this.#use.resumeFit();
        }
        signal?.throwIfAborted();
      };
      const batches = epochBatches(this.backend, this.recipe, this.#random, {
        labels: train.labels,
        epoch,
        batchSize,
        partSize: options.partSize ?? 4096,
        done: Math.floor(this.#update / updatesPerBatch),
        warps: images.warps,
        order: images.order,
      });
      for (const batch of batches) {
        try {
          signal?.throwIfAborted();
          const done = this.#update % updatesPerBatch;
          await this.#trainer.train(images, batch, gain, updated, { done, layersRest, signal });
        } finally {
          disposeParts(batch);
        }
      }
      const figures = await this.#report(epoch, train.count);
      const scores = held && await this.#score(held, { signal });
      // Only now has the epoch ended: what stops the work before leaves its last update to continue from.
      this.#epoch = epoch;
      this.#update = 0;
      this.#use.pauseFit();
      yield {
        epoch,
        epochs,
        images: train.count,
        learningRate: layersRest ? 0 : this.recipe.optimizer.learningRate * gain,
        ...figures,
        validation: scores && evaluateScores(scores, validation!.labels, this.recipe),
      };
      this.#use.resumeFit();
    }
  }

  /**
   * Trains on one batch by hand, with the wrong labels given: for experiments and for tests.
   * Returns each layer's figures from the updates it made; those of the epoch under way stay what they are.
   * What dropout drops depends on the updates made before. Throws a `TypeError` while anything else of the network runs.
   */
  async trainBatch(batch: Dataset, wrongLabels: ArrayLike<number>): Promise<LayerReport[]> {
    requireDataset(this.recipe, batch);
    if (wrongLabels.length !== batch.count) {
      throw new TypeError(
        `${batch.count} images need as many wrong labels, got ${wrongLabels.length}`,
      );
    }
    requireLabels(wrongLabels, this.recipe.classes, "wrong label");
    if (this.recipe.negatives === "hybrid") {
      throw new TypeError("trainBatch takes wrong labels, and this recipe's negatives have none");
    }
    return await this.#use.change(() => this.#trainBatch(batch, wrongLabels));
  }

  async #trainBatch(batch: Dataset, wrongLabels: ArrayLike<number>): Promise<LayerReport[]> {
    const b = this.backend;
    using images = new DeviceImages(b, this.recipe, batch, { scale: this.#inputs });
    const column = (values: Int32Array): Tensor => this.backend.upload(values, [batch.count, 1]);
    const step = this.layers[0]!.optimizer.step;
    const part = b.scope((): Part => ({
      indices: column(Int32Array.from({ length: batch.count }, (_, i) => i)),
      warps: null,
      partners: null,
      seed: this.#random.fork(`dropout of step ${step}`).uint32(),
      wrong: column(Int32Array.from(wrongLabels)),
      noise: null,
      pixels: null,
    }));
    const pairs = this.layers.map((layer) => layer.pairs);
    const slots = figureSlots(this.layers, this.readout);
    try {
      const before = await readSlots(b, slots);
      try {
        this.#resetFigures();
        await this.#trainer.train(images, [part], 1, () => b.flush());
        return (await this.#report(this.#epoch + 1, batch.count)).layers;
      } finally {
        writeSlots(b, slots, before);
        this.layers.forEach((layer, l) => layer.pairs = pairs[l]!);
      }
    } finally {
      disposeParts([part]);
    }
  }

  /** Scores images and compares the predictions with their labels. */
  async evaluate(data: Dataset, options: ScoreOptions = {}): Promise<Evaluation> {
    return evaluateScores(await this.score(data, options), data.labels, this.recipe);
  }

  /** Predicts labels, `[count]`, by the recipe's own way. */
  async predict(data: ImageSet, options: ScoreOptions = {}): Promise<Int32Array> {
    return predictLabels(await this.score(data, options), this.recipe.predict);
  }

  /** The goodness of every label in every layer, and the readout's logits, for each image. */
  async score(data: ImageSet, options: ScoreOptions = {}): Promise<Scores> {
    const { classes } = this.recipe;
    const dataset = { labels: new Uint8Array(data.count), classes, ...data };
    requireDataset(this.recipe, dataset);
    return await this.#use.read(async () => {
      using images = new DeviceImages(this.backend, this.recipe, dataset, { scale: this.#inputs });
      return await this.#score(images, options);
    });
  }

  /**
   * Copies the network's tensors to the host: `layers.0.weight` `[inputs, units]` (rows of the label's pixels
   * first), `layers.0.bias` `[1, units]`, `layers.0.mean_activity`, `readout.weight` `[units of the layers
   * it sees, classes]`, `readout.bias`; where the recipe's inputs are measured, `inputs` `[1, 2]` (their ground, and what
   * the label is multiplied with). With `optimizer`, the moments too, as `layers.0.weight.velocity`.
   * That is a model; {@linkcode checkpoint} has all that training continues from.
   */
  async state({ optimizer = false }: { optimizer?: boolean } = {}): Promise<NetworkState> {
    return this.#withInputs(await readSlots(this.backend, this.#modelSlots(optimizer)));
  }

  /**
   * Takes tensors by the names {@linkcode state} gives them. Throws a `TypeError`, before anything is changed,
   * if one is missing or of another shape; moments may be left out.
   */
  load(state: NetworkState): void {
    const slots = this.#modelSlots(true).filter(({ name, moment }) => !moment || name in state);
    const inputs = inputsOf(state);
    writeSlots(this.backend, slots, state);
    this.#inputs = inputs;
  }

  /**
   * Copies to the host all that training depends on. Between updates only: while `fit` runs, in its `onUpdate` or
   * in the loop over its reports. Throws a {@linkcode TrainingError} that names the layer if a number is not finite,
   * so that what diverged replaces nothing good.
   */
  async checkpoint(): Promise<Checkpoint> {
    const [epoch, update] = [this.#epoch, this.#update];
    const steps = this.#optimizers().map(({ step }) => step);
    const pairs = this.layers.map((layer) => layer.pairs);
    const tensors = this.#withInputs(await readSlots(this.backend, this.#trainingSlots()));
    for (const [name, { data }] of Object.entries(tensors)) {
      if (data.every(Number.isFinite)) continue;
      const [part, l] = name.split(".");
      const who = part === "layers" ? `layer ${Number(l) + 1}` : `the ${part}`;
      const during = update > 0 ? epoch + 1 : epoch;
      throw new TrainingError(
        `${who} diverged in epoch ${during} ("${name}" is no longer finite): lower the learning rate`,
      );
    }
    return { epoch, update, steps, pairs, tensors };
  }

  /**
   * Takes up where a network of the same recipe and seed, on this or another backend, made the checkpoint; on the
   * same backend `fit` then gives the same bits. Throws a `TypeError`, before anything is changed, if it does not fit.
   */
  restore({ epoch, update, steps, pairs, tensors }: Checkpoint): void {
    const optimizers = this.#optimizers();
    const counts = (values: unknown, length: number): boolean =>
      Array.isArray(values) && values.length === length &&
      values.every((n) => Number.isSafeInteger(n) && n >= 0);
    if (!counts([epoch, update], 2)) {
      throw new TypeError(
        `a checkpoint is after whole epochs and updates, got ${epoch}, ${update}`,
      );
    }
    if (!counts(steps, optimizers.length) || !counts(pairs, this.layers.length)) {
      throw new TypeError(
        `${this.layers.length} layers${
          this.readout ? " and a readout" : ""
        } need ${optimizers.length} ` +
          `counts of steps and ${this.layers.length} of pairs, got [${steps}] and [${pairs}]`,
      );
    }
    const slots = this.#trainingSlots();
    const inputs = inputsOf(tensors);
    const surplus = Object.keys(tensors).find((key) =>
      !slots.some(({ name }) => name === key) && !(key === INPUTS && measures(this.recipe))
    );
    if (surplus !== undefined) throw new TypeError(`"${surplus}" has no place in the network`);
    writeSlots(this.backend, slots, tensors);
    this.#inputs = inputs;
    optimizers.forEach((optimizer, i) => optimizer.step = steps[i]!);
    this.layers.forEach((layer, l) => layer.pairs = pairs[l]!);
    this.#epoch = epoch;
    this.#update = update;
  }

  /** Frees its tensors; the backend stays. */
  dispose(): void {
    for (const layer of this.layers) layer[Symbol.dispose]();
    this.readout?.[Symbol.dispose]();
  }

  /** The same as {@linkcode dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  // Learning rate as a fraction: full until the cooldown, then linear to zero (`ffnew.m` at one half); and whether the
  // layers rest, for which there are epochs of their own at the end.
  #pace(epoch: number): { gain: number; layersRest: boolean } {
    const { cooldown, readout } = this.recipe;
    const alone = readout?.alone ?? 0;
    const together = this.recipe.epochs - alone;
    const layersRest = epoch > together;
    const [at, epochs] = layersRest ? [epoch - together, alone] : [epoch, together];
    if (cooldown === 1) return { gain: 1, layersRest };
    return { gain: Math.min(1, (epochs - at + 0.5) / (epochs * (1 - cooldown))), layersRest };
  }

  // Reads every running figure at once.
  async #report(
    epoch: number,
    images: number,
  ): Promise<Pick<EpochReport, "loss" | "layers" | "readoutError">> {
    const b = this.backend;
    const mistakes = this.readout?.mistakes;
    const tensors = [
      ...this.layers.map(({ figures }) => figures),
      ...(mistakes ? [mistakes] : []),
    ];
    const data = await b.read(tensors) as Float32Array[];
    const layers = this.layers.map((layer) => layer.report(data.shift()!));
    const wrong = data.shift();
    layers.forEach(({ loss, positive, negative }, l) => {
      if (![loss, positive, negative].every(Number.isFinite)) {
        throw new TrainingError(
          `layer ${
            l + 1
          } diverged in epoch ${epoch} (its loss is ${loss}): lower the learning rate`,
        );
      }
    });
    return {
      loss: layers.reduce((sum, { loss }) => sum + loss, 0) / layers.length,
      layers,
      readoutError: wrong ? wrong[0]! / images : null,
    };
  }

  // Layers that rest keep the figures of the last epoch in which they learned.
  #resetFigures(layersRest = false): void {
    if (!layersRest) { for (const layer of this.layers) layer.resetReport(); }
    if (this.readout) this.backend.assign(this.readout.mistakes, this.backend.fill([1, 1], 0));
  }

  #withInputs(state: NetworkState): NetworkState {
    if (!measures(this.recipe)) return state;
    const { ground, label } = this.#inputs;
    return { ...state, [INPUTS]: { shape: [1, 2], data: Float32Array.of(ground, label) } };
  }

  #optimizers(): Optimizer[] {
    const { layers, readout } = this;
    return [...layers, ...(readout ? [readout] : [])].map(({ optimizer }) => optimizer);
  }

  #modelSlots(moments: boolean): Slot[] {
    return modelSlots(this.layers, this.readout, moments);
  }

  #trainingSlots(): Slot[] {
    return [...this.#modelSlots(true), ...figureSlots(this.layers, this.readout)];
  }

  #score(images: DeviceImages, options: ScoreOptions): Promise<Scores> {
    const { backend, recipe, layers, readout } = this;
    return scoreImages(
      { backend, recipe, layers, readout, trainer: this.#trainer },
      images,
      options,
    );
  }
}

const INPUTS = "inputs";

function measures({ inputs }: Recipe): boolean {
  return inputs === "measured";
}

// How images are seen by what is in a state; plain where it says nothing, as older ones do.
function inputsOf({ [INPUTS]: inputs }: NetworkState): InputScale {
  if (!inputs) return PLAIN;
  const [ground, label] = inputs.data;
  const sound = inputs.shape.join() === "1,2" && ground! >= 0 && ground! <= 255 &&
    Number.isInteger(ground) && label! > 0 && Number.isFinite(label);
  if (sound) return { ground: ground!, label: label! };
  throw new TypeError(
    `"${INPUTS}" must be a grey level and what the label is multiplied with, [1, 2], got ` +
      `[${inputs.data}] as [${inputs.shape.join(", ")}]`,
  );
}

/** Images without labels. */
export type ImageSet = Pick<Dataset, "images" | "count" | "rows" | "columns">;

/** Options of {@linkcode FFNetwork.evaluate}, {@linkcode FFNetwork.predict} and {@linkcode FFNetwork.score}. */
export interface ScoreOptions {
  /** Stops the work; its reason is thrown. */
  signal?: AbortSignal | undefined;
  /** Hears how many images of how many are done. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

// Throws unless the data can be what it says and has as many classes as the recipe.
function requireDataset(recipe: Recipe, data: Dataset): void {
  const { images, labels, count, rows, columns, classes } = data;
  if (!(count > 0)) throw new TypeError("the data set holds no images");
  if (images.length !== count * rows * columns || labels.length !== count) {
    throw new TypeError(
      `${count} images of ${rows}x${columns} need ${
        count * rows * columns
      } bytes and ${count} labels, ` +
        `got ${images.length} and ${labels.length}`,
    );
  }
  if (classes !== recipe.classes) {
    throw new TypeError(`the data set has ${classes} classes and the recipe ${recipe.classes}`);
  }
}

// The network: layers that learn side by side, trained, evaluated, saved and restored.

import type { Backend, Shape, Tensor } from "./backend.ts";
import type { Dataset } from "./dataset.ts";
import { TrainingError } from "./errors.ts";
import { DeviceImages, inputColumns } from "./images.ts";
import { FFDense, type LayerReport } from "./layer.ts";
import { gumbelNoise, randomNegatives, shuffledNegatives } from "./negatives.ts";
import type { Parameter } from "./optimizer.ts";
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
import { type Part, Trainer } from "./trainer.ts";

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

/** Options of {@linkcode FFNetwork.fit}. */
export interface FitOptions {
  /** Held-out images to evaluate on after every epoch. */
  validation?: Dataset | undefined;
  /** Stops training after the update under way; `fit` then throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called after every update is recorded. */
  onUpdate?: ((progress: Progress) => void) | undefined;
  /** Images on the device at a time, 4096 by default: a larger batch is summed over parts of this size. */
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
  /** Learning rate of the layers in this epoch, after cooldown. */
  learningRate: number;
  /** Mean loss of this epoch's updates, over layers. */
  loss: number;
  /** Each layer's figures over this epoch's updates. */
  layers: LayerReport[];
  /** Fraction of training images that the readout got wrong as it learned, if there is a readout. */
  readoutError: number | null;
  /** On the validation images, if there are any. */
  validation: Evaluation | null;
}

/** Named tensors on the host, `layers.0.weight` and so on. */
export type NetworkState = Record<string, { shape: Shape; data: Float32Array }>;

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
  #epoch = 0;

  /** Draws initial weights. Throws a `RangeError` if the recipe contradicts itself. */
  constructor(backend: Backend, recipe: Recipe, { seed = 1 }: NetworkOptions = {}) {
    validateRecipe(recipe);
    this.backend = backend;
    this.recipe = recipe;
    this.seed = seed;
    this.#random = new Random(seed);
    const units = recipe.layers.slice(1);
    this.layers = units.map((n, l) => {
      const { label, pixels } = inputColumns(recipe);
      const size = l === 0
        ? { inputs: label, shared: pixels, units: n }
        : { inputs: units[l - 1]!, shared: 0, units: n };
      return new FFDense(backend, recipe, size, this.#random.fork(`layer ${l}`));
    });
    this.readout = recipe.readout && new Readout(backend, recipe.readout, units, recipe.classes);
    this.#trainer = new Trainer(backend, recipe, this.layers, this.readout);
  }

  /** Epochs trained so far. */
  get epoch(): number {
    return this.#epoch;
  }

  /**
   * Trains to the recipe's last epoch and yields a report after each.
   *
   * Leaving the loop stops the training; calling `fit` again continues with the next epoch.
   * Throws a `TypeError` if the images do not fit the first layer, a {@linkcode TrainingError} when a loss
   * is no longer finite, and the signal's reason when it aborts.
   */
  async *fit(train: Dataset, options: FitOptions = {}): AsyncGenerator<EpochReport, void, void> {
    const { validation, signal, onUpdate } = options;
    const { epochs } = this.recipe;
    requireDataset(this.recipe, train);
    if (validation) requireDataset(this.recipe, validation);
    using images = new DeviceImages(this.backend, this.recipe, train);
    using held = validation ? new DeviceImages(this.backend, this.recipe, validation) : null;
    const batchSize = this.recipe.batchSize === "full"
      ? train.count
      : Math.min(this.recipe.batchSize, train.count);
    const updates = Math.ceil(train.count / batchSize) * this.#trainer.updatesPerBatch;

    while (this.#epoch < epochs) {
      const epoch = this.#epoch + 1;
      const gain = this.#gain(epoch);
      let update = 0;
      for (const layer of this.layers) layer.resetReport();
      for (const batch of this.#batches(train.labels, batchSize, epoch, options.partSize ?? 4096)) {
        try {
          await this.#trainer.train(images, batch, gain, async () => {
            update++;
            await this.backend.flush();
            onUpdate?.({ epoch, epochs, update, updates });
            signal?.throwIfAborted();
          });
        } finally {
          disposeParts(batch);
        }
      }
      const figures = await this.#report(epoch, train.count);
      this.#epoch = epoch;
      yield {
        epoch,
        epochs,
        images: train.count,
        learningRate: this.recipe.optimizer.learningRate * gain,
        ...figures,
        validation: held &&
          evaluateScores(await this.#score(held, { signal }), validation!.labels, this.recipe),
      };
    }
  }

  /**
   * Trains on one batch by hand, with the wrong labels given: for experiments and for tests.
   * Returns each layer's figures from the updates it made.
   */
  async trainBatch(batch: Dataset, wrongLabels: ArrayLike<number>): Promise<LayerReport[]> {
    requireDataset(this.recipe, batch);
    if (wrongLabels.length !== batch.count) {
      throw new TypeError(
        `${batch.count} images need as many wrong labels, got ${wrongLabels.length}`,
      );
    }
    using images = new DeviceImages(this.backend, this.recipe, batch);
    const column = (values: Int32Array): Tensor => this.backend.upload(values, [batch.count, 1]);
    const part: Part = {
      indices: column(Int32Array.from({ length: batch.count }, (_, i) => i)),
      wrong: column(Int32Array.from(wrongLabels)),
      noise: null,
    };
    for (const layer of this.layers) layer.resetReport();
    try {
      await this.#trainer.train(images, [part], 1, () => this.backend.flush());
    } finally {
      disposeParts([part]);
    }
    return (await this.#report(this.#epoch + 1, batch.count)).layers;
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
    using images = new DeviceImages(this.backend, this.recipe, dataset);
    return await this.#score(images, options);
  }

  /**
   * Copies the network's tensors to the host: `layers.0.weight` `[inputs, units]` (rows of the label's pixels
   * first), `layers.0.bias` `[1, units]`, `layers.0.mean_activity`, `readout.weight` `[units of the layers
   * it sees, classes]`, `readout.bias`. With `optimizer`, the moments too, as `layers.0.weight.velocity`.
   */
  async state({ optimizer = false }: { optimizer?: boolean } = {}): Promise<NetworkState> {
    const slots = this.#slots(optimizer);
    const data = await this.backend.read(slots.flatMap(({ tensors }) => tensors)) as Float32Array[];
    return Object.fromEntries(slots.map(({ name, tensors, shape }) => {
      const joined = new Float32Array(shape[0] * shape[1]);
      let offset = 0;
      for (const _ of tensors) {
        const part = data.shift()!;
        joined.set(part, offset);
        offset += part.length;
      }
      return [name, { shape, data: joined }];
    }));
  }

  /**
   * Takes tensors by the names {@linkcode state} gives them. Throws a `TypeError`, before anything is changed,
   * if one is missing or of another shape; moments may be left out.
   */
  load(state: NetworkState): void {
    const slots = this.#slots(true).filter(({ name, moment }) => !moment || name in state);
    for (const { name, shape } of slots) {
      const given = state[name];
      if (!given) throw new TypeError(`the state has no tensor "${name}"`);
      if (given.shape.join() !== shape.join() || given.data.length !== shape[0] * shape[1]) {
        throw new TypeError(
          `"${name}" is [${given.shape.join(", ")}] in the state and [${
            shape.join(", ")
          }] in the network`,
        );
      }
    }
    for (const { name, tensors } of slots) {
      let offset = 0;
      for (const tensor of tensors) {
        const size = tensor.shape[0] * tensor.shape[1];
        const part = state[name]!.data.subarray(offset, offset + size);
        this.backend.assign(tensor, this.backend.upload(part, tensor.shape));
        offset += size;
      }
    }
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

  // Learning rate as a fraction: full until the cooldown, then linear to zero (`ffnew.m` at one half).
  #gain(epoch: number): number {
    const { epochs, cooldown } = this.recipe;
    if (cooldown === 1) return 1;
    return Math.min(1, (epochs - epoch + 0.5) / (epochs * (1 - cooldown)));
  }

  // The batches of an epoch, each as parts on the device. The numbers depend on the seed and the epoch alone.
  *#batches(
    labels: Uint8Array,
    batchSize: number,
    epoch: number,
    partSize: number,
  ): Generator<Part[]> {
    const { classes, negatives } = this.recipe;
    const count = labels.length;
    // One batch of everything needs no order.
    const order = batchSize < count
      ? this.#random.fork(`order ${epoch}`).permutation(count)
      : Int32Array.from({ length: count }, (_, i) => i);
    const random = this.#random.fork(`negatives ${epoch}`);
    for (let start = 0; start < count; start += batchSize) {
      const indices = order.subarray(start, start + batchSize);
      const right = indices.map((i) => labels[i]!);
      const wrong = negatives === "random"
        ? randomNegatives(right, classes, random)
        : negatives === "shuffled"
        ? shuffledNegatives(right, random)
        : null;
      const noise = wrong ? null : gumbelNoise(right.length, classes, random);
      const parts: Part[] = [];
      for (let from = 0; from < indices.length; from += partSize) {
        const cut = <T extends Int32Array | Float32Array>(
          values: T | null,
          columns: number,
        ): Tensor | null => {
          if (!values) return null;
          const part = values.subarray(from * columns, (from + partSize) * columns);
          return this.backend.upload(part, [part.length / columns, columns]);
        };
        parts.push({ indices: cut(indices, 1)!, wrong: cut(wrong, 1), noise: cut(noise, classes) });
      }
      yield parts;
    }
  }

  // Reads every running figure at once and starts afresh.
  async #report(
    epoch: number,
    images: number,
  ): Promise<Pick<EpochReport, "loss" | "layers" | "readoutError">> {
    const b = this.backend;
    const mistakes = this.readout?.mistakes;
    const tensors = [
      ...this.layers.flatMap(({ figures }) => figures),
      ...(mistakes ? [mistakes] : []),
    ];
    const data = await b.read(tensors) as Float32Array[];
    const layers = this.layers.map((layer) => layer.takeReport(data.shift()!, data.shift()!));
    const wrong = data.shift();
    if (mistakes) b.assign(mistakes, b.fill([1, 1], 0));
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

  #score(images: DeviceImages, options: ScoreOptions): Promise<Scores> {
    const { backend, recipe, layers, readout } = this;
    return scoreImages(
      { backend, recipe, layers, readout, trainer: this.#trainer },
      images,
      options,
    );
  }

  // Everything that is saved: a name, and the tensors whose rows, one below the other, it stands for.
  #slots(moments: boolean): Slot[] {
    const slots: Slot[] = [];
    const add = (name: string, tensors: Tensor[], moment: boolean): void => {
      const rows = tensors.reduce((sum, { shape }) => sum + shape[0], 0);
      slots.push({ name, tensors, moment, shape: [rows, tensors[0]!.shape[1]] });
    };
    const parameter = (name: string, parts: Parameter[]): void => {
      add(name, parts.map(({ value }) => value), false);
      if (!moments) return;
      for (const moment of Object.keys(parts[0]!.moments)) {
        add(`${name}.${moment}`, parts.map((part) => part.moments[moment]!), true);
      }
    };
    this.layers.forEach(({ weights, shared, bias, meanActivity }, l) => {
      parameter(`layers.${l}.weight`, shared ? [weights, shared] : [weights]);
      parameter(`layers.${l}.bias`, [bias]);
      if (meanActivity) add(`layers.${l}.mean_activity`, [meanActivity], false);
    });
    if (this.readout) {
      parameter("readout.weight", this.readout.weights);
      parameter("readout.bias", [this.readout.bias]);
    }
    return slots;
  }
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

interface Slot {
  name: string;
  tensors: Tensor[];
  shape: Shape;
  moment: boolean;
}

function disposeParts(parts: readonly Part[]): void {
  for (const { indices, wrong, noise } of parts) {
    for (const tensor of [indices, wrong, noise]) tensor?.dispose();
  }
}

// Throws unless the data can be what it says and has the recipe's labels.
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
  const outside = labels.find((label) => label >= classes);
  if (outside !== undefined) {
    throw new RangeError(`label ${outside} is outside the ${classes} classes`);
  }
}

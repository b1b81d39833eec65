// The network: layers that learn side by side, trained, evaluated, saved and restored.

import { type Dataset, type ImageSize, requireLabels } from "../data/dataset.ts";
import type { InputScale } from "../data/inputs.ts";
import type { Data, OtherData } from "../data/source.ts";
import type { LayerReport } from "../layers/figures.ts";
import type { Layer } from "../layers/layer.ts";
import { Readout } from "../layers/readout.ts";
import { Forward } from "../scoring/forward.ts";
import {
  evaluateScores,
  type Evaluation,
  predictLabels,
  scoreAll,
  type Scores,
} from "../scoring/scoring.ts";
import type { Backend } from "../tensor/backend.ts";
import { Made } from "../tensor/made.ts";
import { Random } from "../tensor/random.ts";
import { type Checkpoint, restoreCheckpoint, takeCheckpoint } from "./checkpoint.ts";
import { type EpochReport, type FitOptions, Training } from "./fit.ts";
import { inputsOf, withInputs } from "./input_scale.ts";
import { builtIn, type Kinds } from "./kinds.ts";
import type { Recipe } from "./recipe.ts";
import { validateRecipe } from "./validate_recipe.ts";
import {
  modelSlots,
  type Named,
  named,
  type NetworkState,
  readSlots,
  writeSlots,
} from "./state.ts";
import { sizedLayers } from "./sizes.ts";
import { Use } from "./use.ts";

/** Options of {@linkcode FFNetwork}. */
export interface NetworkOptions {
  /** Decides initial weights, order, negatives and noise; a whole number, 1 by default. */
  seed?: number;
  /** Whether weights may be zeros, because others are loaded at once; `false` by default: they are drawn. */
  blank?: boolean;
  /** What the recipe's words stand for: the kinds of this package by default, {@linkcode withKinds} for others besides. */
  kinds?: Kinds;
}

/** Images without labels. */
export type ImageSet = Pick<Dataset, "images" | "count" | keyof ImageSize>;

/** What is to be labelled: images, or another kind of data. */
export type Unlabelled = ImageSet | Omit<OtherData, "labels" | "classes">;

/** Options of {@linkcode FFNetwork.evaluate}, {@linkcode FFNetwork.predict} and {@linkcode FFNetwork.score}. */
export interface ScoreOptions {
  /** Whether the goodness of every label is wanted, as by default: a readout alone is faster where there are many. */
  goodness?: boolean | undefined;
  /** Stops the work; its reason is thrown. */
  signal?: AbortSignal | undefined;
  /** Hears how many images of how many are done. */
  onProgress?: ((done: number, total: number) => void) | undefined;
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
  /** What the recipe's words stand for. */
  readonly kinds: Kinds;
  /** The layers, in order. */
  readonly layers: readonly Layer[];
  /** The softmax trained alongside, if the recipe has one. */
  readonly readout: Readout | null;
  /** How its layers go forward. */
  readonly forward: Forward;

  readonly #learners: Named;
  readonly #training: Training;
  readonly #use: Use = new Use();

  /** Draws initial weights, unless it is to be `blank`. Throws a `RangeError` if the recipe contradicts itself. */
  constructor(backend: Backend, recipe: Recipe, options: NetworkOptions = {}) {
    const { seed = 1, blank = false, kinds = builtIn } = options;
    validateRecipe(recipe, kinds);
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`a seed is a whole number from 0, got ${seed}`);
    }
    this.backend = backend;
    this.recipe = recipe = structuredClone(recipe); // The caller may change its own.
    this.seed = seed;
    this.kinds = kinds;
    const random = new Random(seed);
    using made = new Made();
    const sized = sizedLayers(recipe, kinds);
    this.layers = sized.map(({ kind, options, settings, size }, l) =>
      made.own(kind.create(options, {
        backend,
        size,
        settings,
        rules: kinds.rules,
        classes: recipe.classes,
        random: random.fork(`layer ${l}`),
        blank,
      }))
    );
    const { classes, normalise, schedule } = recipe;
    this.readout = recipe.readout &&
      made.own(new Readout(backend, recipe.readout, sized.map(({ handsOn }) => handsOn), classes));
    const { layers, readout } = this;
    this.#learners = named(layers, readout);
    const shortcuts = sized.map(({ shortcut }) => shortcut);
    const stack = { backend, layers, readout, classes, normalise, shortcuts };
    this.forward = kinds.schedules[schedule.kind]!.forward?.(schedule, stack, recipe) ??
      new Forward(stack);
    this.#training = new Training({ recipe, kinds, random, forward: this.forward, use: this.#use });
    made.keep();
  }

  /** Epochs trained so far. */
  get epoch(): number {
    return this.#training.epoch;
  }

  /** The size of what it learned from, or was first shown, where that has two sides. */
  get plane(): ImageSize | null {
    return this.#training.plane;
  }

  /** How it sees images: measured when {@linkcode fit} begins, where the recipe says so. */
  get inputs(): InputScale {
    return { ...this.#training.scale };
  }

  /** Updates made so far of the epoch after those, 0 between epochs. */
  get update(): number {
    return this.#training.update;
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
  async *fit(train: Data, options: FitOptions = {}): AsyncGenerator<EpochReport, void, void> {
    this.#use.beginFit();
    try {
      yield* this.#training.fit(train, options);
    } finally {
      this.#use.endFit();
    }
  }

  /**
   * Trains on one batch by hand, with the wrong labels given, `null` where the recipe has no negatives: for experiments and for tests.
   * Returns each layer's figures from the updates it made; those of the epoch under way stay what they are.
   * What dropout drops depends on the updates made before. Throws a `TypeError` while anything else of the network runs.
   */
  async trainBatch(
    batch: Data,
    wrongLabels: ArrayLike<number> | null,
  ): Promise<LayerReport[]> {
    this.#training.kindOf(batch);
    if (this.recipe.negatives === "none") {
      if (wrongLabels === null) {
        return await this.#use.change(() => this.#training.trainBatch(batch, null));
      }
      throw new TypeError(
        "trainBatch takes no wrong labels where there are no negatives: give null",
      );
    }
    if (wrongLabels === null || wrongLabels.length !== batch.count) {
      throw new TypeError(
        `${batch.count} images need as many wrong labels, got ${wrongLabels?.length ?? "none"}`,
      );
    }
    requireLabels(wrongLabels, this.recipe.classes, "wrong label");
    if (["hybrid", "rollout"].includes(this.recipe.negatives)) {
      throw new TypeError("trainBatch takes wrong labels, and this recipe's negatives have none");
    }
    return await this.#use.change(() => this.#training.trainBatch(batch, wrongLabels));
  }

  /** Scores images and compares the predictions with their labels. */
  async evaluate(data: Data, options: ScoreOptions = {}): Promise<Evaluation> {
    return evaluateScores(await this.score(data, options), data.labels, this.recipe);
  }

  /** Predicts labels, `[count]`, by the recipe's own way. */
  async predict(data: Unlabelled, options: ScoreOptions = {}): Promise<Int32Array> {
    return predictLabels(await this.score(data, options), this.recipe.predict);
  }

  /** The goodness of every label in every layer, and the readout's logits, for each image. */
  async score(data: Unlabelled, options: ScoreOptions = {}): Promise<Scores> {
    const { classes } = this.recipe;
    const labelled = { labels: new Uint8Array(data.count), classes, ...data } as Data;
    this.#training.kindOf(labelled);
    return await this.#use.read(async () => {
      using source = await this.#training.open(labelled);
      return await scoreAll(this.forward, source, options);
    });
  }

  /**
   * Copies the network's tensors to the host: `layers.0.weight`, of a dense layer `[inputs, units]` (rows of the label's pixels first),
   * `layers.0.bias` `[1, units]`, `layers.0.mean_activity`, `readout.weight` `[units of the layers it sees, classes]`,
   * `readout.bias`; where the recipe's inputs are measured, `inputs` `[1, 2]` (their ground, or one a channel, and what the label is
   * multiplied with). With `optimizer`, the moments too, as `layers.0.weight.velocity`.
   * That is a model; {@linkcode checkpoint} has all that training continues from.
   */
  async state({ optimizer = false }: { optimizer?: boolean } = {}): Promise<NetworkState> {
    const state = await readSlots(this.backend, modelSlots(this.#learners, optimizer));
    return this.#measures ? withInputs(state, this.#training.scale) : state;
  }

  /**
   * Takes tensors by the names {@linkcode state} gives them. Throws a `TypeError`, before anything is changed,
   * if one is missing or of another shape; moments may be left out.
   */
  load(state: NetworkState): void {
    const slots = modelSlots(this.#learners, true)
      .filter(({ name, moment }) => !moment || name in state);
    const scale = inputsOf(state);
    writeSlots(this.backend, slots, state);
    this.#training.scale = scale;
  }

  /**
   * Copies to the host all that training depends on. Between updates only: while `fit` runs, in its `onUpdate` or
   * in the loop over its reports. Throws a {@linkcode TrainingError} that names the layer if a number is not finite,
   * so that what diverged replaces nothing good.
   */
  async checkpoint(): Promise<Checkpoint> {
    const { epoch, update, scale, written } = this.#training;
    const position = { epoch, update, scale: this.#measures ? scale : null, written };
    return await takeCheckpoint(this.backend, this.#learners, this.layers, position);
  }

  /**
   * Takes up where a network of the same recipe and seed, on this or another backend, made the checkpoint; on the
   * same backend `fit` then gives the same bits. Throws a `TypeError`, before anything is changed, if it does not fit.
   */
  restore(checkpoint: Checkpoint): void {
    const { backend, layers } = this;
    const found = restoreCheckpoint(backend, this.#learners, layers, checkpoint, {
      measures: this.#measures,
      writes: this.recipe.negatives === "rollout",
    });
    const { epoch, update } = checkpoint;
    Object.assign(this.#training, { epoch, update, ...found });
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

  get #measures(): boolean {
    return this.recipe.inputs === "measured";
  }
}

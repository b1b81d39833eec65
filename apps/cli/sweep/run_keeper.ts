// Keeps a trial in its folder as `ff train` keeps a run: checkpoints, metrics and, in the end, the model.

import type { ImageSize } from "@forward-forward/core/data";
import type { EpochReport, FFNetwork } from "@forward-forward/core";
import type { About } from "../kinds/kind.ts";
import { canonicalJson } from "@forward-forward/core/model";
import {
  type DataIdentity,
  type FoundCheckpoint,
  readCheckpoint,
  type RunState,
} from "../run/checkpoint.ts";
import type { Limits } from "../data/data.ts";
import { epochEvent } from "../train/epoch_event.ts";
import { UsageError } from "../shared/errors.ts";
import { FORMAT } from "@forward-forward/core/model";
import { completeRecipe } from "@forward-forward/core/training";
import { describeModel, type ModelInfo } from "../run/model_file.ts";
import { RunFolder } from "../run/run_folder.ts";
import type { RunLock } from "../run/run_lock.ts";
import { RunSaver } from "../run/run_saver.ts";
import { describePosition, restore } from "../train/resume.ts";
import { configOf } from "../run/run_settings.ts";
import type { Trial } from "./plan.ts";
import type { TrialKeeper } from "./run_trial.ts";
import { beginning, type Progression } from "./trial_result.ts";

// Between checkpoints within an epoch, in milliseconds.
const SAVE_EVERY = 5 * 60_000;

/** What a {@linkcode RunKeeper} has to know of a run. */
export interface Kept {
  /** Its folder. */
  path: string;
  /** What keeps others out of it. */
  lock: RunLock;
  /** The trial. */
  trial: Trial;
  /** What and how it runs, as `config.json` has it. */
  ran: { backend: string; device: string } & Record<string, unknown>;
  /** Its data set's name or folder. */
  dataset: string;
  /** The images, told from others, and how many were asked for. */
  data: { identity: DataIdentity; limits: Limits };
  /** The size of its images, or what stands for it. */
  image: ImageSize;
  /** What else a model says of the data, and what its labels stand for. */
  about: About & { names: readonly string[] | null };
  /** The command that goes on with it. */
  resume: string;
}

/** Keeps a trial in its folder. */
export class RunKeeper implements TrialKeeper {
  readonly #kept: Kept;
  readonly #folder: RunFolder;
  #saver: RunSaver | null = null;
  #network: FFNetwork | null = null;
  #so: Progression = beginning();
  #savedAt = performance.now();

  /** A keeper of one trial. */
  constructor(kept: Kept) {
    this.#kept = kept;
    this.#folder = RunFolder.at(kept.path);
  }

  /** Puts the network where its newest checkpoint stands, or begins its folder. */
  async begin(network: FFNetwork): Promise<Progression> {
    const { lock, resume } = this.#kept;
    const found = await this.#find();
    this.#network = network;
    const [folder, newest] = [this.#folder, found?.index];
    const describe = (): Omit<RunState, "checkpoint"> => this.#describe();
    this.#saver = new RunSaver({ folder, lock, network, describe, newest, resume });
    if (found) {
      restore(network, found);
      this.#so = await this.#known(found);
      console.log(`goes on ${describePosition(network)}`);
    }
    await this.#saver.write(async () => {
      await folder.tidy();
      await folder.cutMetrics(network.epoch);
      await folder.saveConfig(this.#config());
    });
    if (!found) await this.#saver.save();
    this.#savedAt = performance.now();
    return this.#so;
  }

  /** Saves within an epoch, every few minutes. */
  update(so: Progression, pause: () => void): void | Promise<void> {
    if (performance.now() - this.#savedAt < SAVE_EVERY) return;
    pause();
    this.#so = so;
    return this.#save();
  }

  /** Saves an epoch's end, its line first. */
  async epoch(report: EpochReport, so: Progression): Promise<void> {
    this.#so = so;
    await this.#save(() => this.#folder.addMetrics(epochEvent(report, so.last, so.trainSeconds)));
  }

  /** Saves the network as it is. */
  async leave(so: Progression): Promise<void> {
    this.#so = so;
    await this.#save();
  }

  /** Writes the model and, if it was tested, the test. */
  async end(so: Progression): Promise<void> {
    const { ran, trial: { setting: { recipe }, seed } } = this.#kept;
    await this.#saver!.write(async () => {
      await this.#folder.saveModel(this.#network!, this.#info());
      if (!so.test) return;
      const { error, accuracy, goodnessError, softmaxError, layerErrors } = so.test;
      await this.#folder.cutMetrics(so.epochs);
      await this.#folder.addMetrics({
        event: "done",
        ...{ backend: ran.backend, device: ran.device, recipe: recipe.name, seed },
        ...{ epochs: so.epochs, trainSeconds: so.trainSeconds },
        ...{ testError: error, testAccuracy: accuracy, goodnessError, softmaxError, layerErrors },
      });
    });
  }

  // What a checkpoint says besides the network.
  #describe(): Omit<RunState, "checkpoint"> {
    const { ran: { backend }, data: { identity, limits } } = this.#kept;
    const { trainSeconds } = this.#so;
    return { info: this.#info(), backend, limits, keep: "last", data: identity, trainSeconds };
  }

  async #save(first?: () => Promise<void>): Promise<void> {
    await this.#saver!.save(first);
    this.#savedAt = performance.now();
  }

  #info(): ModelInfo {
    const { trial: { setting: { recipe }, seed }, dataset, image, about } = this.#kept;
    const { epoch } = this.#network!;
    return describeModel({ recipe, seed, epoch, dataset, image, ...about });
  }

  #config(): Record<string, unknown> {
    const { ran, trial: { setting: { recipe }, seed }, dataset, data, about } = this.#kept;
    const { identity: { train, validation }, limits } = data;
    const images = { train: train.count, validation: validation?.count ?? 0, test: 0 };
    const pictures = about.pictures?.fit;
    const settings = { dataset, limits, images, seed, keep: "last" as const, pictures, recipe };
    return { format: FORMAT, ...ran, ...configOf(settings) };
  }

  // The newest checkpoint of this very trial: another's, or a damaged one, is written over, for the trial ends the same.
  async #find(): Promise<FoundCheckpoint | null> {
    const { path, trial: { setting: { recipe }, seed }, ran, data: { identity } } = this.#kept;
    const wanted = canonicalJson({
      recipe: completeRecipe(recipe),
      seed,
      backend: ran.backend,
      identity,
    });
    let found: FoundCheckpoint;
    try {
      found = await readCheckpoint(path);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return null;
    }
    const { state: { info, backend, data, checkpoint } } = found;
    const is = canonicalJson({ recipe: info.recipe, seed: info.seed, backend, identity: data });
    const { epochs } = await this.#folder.readMetrics(info.epoch);
    return is === wanted && epochs.length === checkpoint.epoch ? found : null;
  }

  // What was known of the trial when it stopped.
  async #known({ state }: FoundCheckpoint): Promise<Progression> {
    const { epoch } = state.info;
    const { epochs } = await this.#folder.readMetrics(epoch);
    const so = { ...beginning(), epochs: epoch, trainSeconds: state.trainSeconds };
    for (const { epoch, loss, validationError: error } of epochs) {
      so.loss = loss;
      if (error !== null && (!so.best || error < so.best.error)) so.best = { epoch, error };
    }
    return so;
  }
}

// Saves a run as it goes, and says how it goes on where that, or anything else, fails.

import { type FFNetwork, TrainingError } from "@forward-forward/core";
import { CheckpointFiles, type RunState } from "./checkpoint.ts";
import { clause, UsageError } from "../shared/errors.ts";
import { describePosition, resumeCommand } from "../train/resume.ts";
import type { RunFolder } from "./run_folder.ts";
import type { RunLock } from "./run_lock.ts";
import { isFull, reasonOf } from "../shared/system_error.ts";

/** The run folder could not be written to. */
export class SaveError extends Error {
  /** Names the error in messages. */
  override name = "SaveError";
}

/** What a {@linkcode RunSaver} saves. */
export interface Saved {
  /** Where to. */
  folder: RunFolder;
  /** What keeps others out of it. */
  lock: RunLock;
  /** The network. */
  network: FFNetwork;
  /** What else a checkpoint says at this moment. */
  describe: () => Omit<RunState, "checkpoint">;
  /** The checkpoint file that a resumed run goes on from, not to be written over. */
  newest?: number | undefined;
  /** The command that goes on with it, `ff train --resume` by default. */
  resume?: string;
}

/** Keeps a run's newest checkpoint whole, whatever happens. */
export class RunSaver {
  readonly #saved: Saved;
  readonly #files: CheckpointFiles;
  // Where the newest whole checkpoint stands.
  #kept: { epoch: number; update: number } | null;

  /** A saver of a new run, or of one that goes on from its `newest` checkpoint. */
  constructor(saved: Saved) {
    const { folder, network, newest } = saved;
    this.#saved = saved;
    this.#files = new CheckpointFiles(folder.path, newest);
    this.#kept = newest === undefined ? null : { epoch: network.epoch, update: network.update };
  }

  /**
   * Writes a checkpoint, and `first` what must not lag behind it. Throws a `TrainingError`, before anything is
   * written, if a number of the network is not finite.
   */
  async save(first: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const { network, describe } = this.#saved;
    const checkpoint = await network.checkpoint();
    await this.write(async () => {
      await first();
      await this.#files.save({ ...describe(), checkpoint });
    });
    this.#kept = { epoch: checkpoint.epoch, update: checkpoint.update };
  }

  /**
   * Writes to the run folder. Throws a {@linkcode SaveError} that says how the run goes on where that fails, and a
   * {@linkcode UsageError} where another process has taken the run.
   */
  async write(body: () => Promise<void>): Promise<void> {
    try {
      await this.#saved.lock.renew();
      await body();
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable || error instanceof UsageError) throw error;
      const { path } = this.#saved.folder;
      const why = reasonOf(error, "write");
      const mend = isFull(error) ? "make room" : "see to that";
      const remedy = this.#kept
        ? `${mend}; ${this.#goesOn()}`
        : `${mend}, or choose another folder with --out`;
      throw new SaveError(`the run cannot be saved in ${path} (${why}): ${remedy}`, {
        cause: error,
      });
    }
  }

  /** What ended the run, with the command that goes on with it. Divergence would only come again. */
  explain(error: unknown): unknown {
    const known = [TrainingError, SaveError, UsageError, Deno.errors.NotCapable];
    if (!this.#kept || !(error instanceof Error)) return error;
    if (known.some((kind) => error instanceof kind)) return error;
    return new Error(`${clause(error.message)}: ${this.#goesOn()}`, { cause: error });
  }

  #goesOn(): string {
    const { folder, resume = resumeCommand(folder.path) } = this.#saved;
    return `the run is saved as it was ${describePosition(this.#kept!)}, ` +
      `${resume} goes on from there`;
  }
}

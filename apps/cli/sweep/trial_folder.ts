// The folder of a trial: a run's folder, and what became of it.

import { CHECKPOINTS } from "../run/run_files.ts";
import { readTextFile } from "../shared/text_file.ts";
import { tidyFolder, writeWhole } from "../run/write_whole.ts";
import { UsageError } from "../shared/errors.ts";
import type { Trial } from "./plan.ts";
import { parseResult, type TrialResult } from "./trial_result.ts";

const RESULT = "result.json";

/** Where a trial that goes on stands. */
export interface Standing {
  /** Epochs trained. */
  epochs: number;
  /** Seconds that they took. */
  trainSeconds: number;
}

/** A trial's folder in a sweep's. */
export class TrialFolder {
  /** Where it is. */
  readonly path: string;
  /** The trial's place in the sweep. */
  readonly index: number;

  /** The folder of the trial with this index, which need not be there yet. */
  constructor(sweep: string, index: number) {
    this.index = index;
    this.path = `${sweep}/trials/${String(index).padStart(4, "0")}`;
  }

  /** Makes it, unless it is there. */
  async make(): Promise<void> {
    await Deno.mkdir(this.path, { recursive: true });
  }

  /** What became of the trial, null while nothing has. Throws a {@linkcode UsageError} where that is of another trial. */
  async readResult(trials: readonly Trial[]): Promise<TrialResult | null> {
    const path = `${this.path}/${RESULT}`;
    let text: string;
    try {
      text = await Deno.readTextFile(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
    const result = parseResult(text, trials);
    if (result?.index === this.index) return result;
    throw new UsageError(
      `${path} is of no trial of this sweep: it or sweep.json was changed or damaged, undo that or remove it`,
    );
  }

  /** Writes what became of it; the checkpoints have served. */
  async saveResult(result: TrialResult): Promise<void> {
    const text = JSON.stringify(result) + "\n";
    await writeWhole(`${this.path}/${RESULT}`, new TextEncoder().encode(text));
    for (const name of CHECKPOINTS) {
      await Deno.remove(`${this.path}/${name}`).catch(() => {});
    }
    await tidyFolder(this.path, [RESULT]);
  }

  /** Forgets what became of it, so that it is tried again. */
  async forget(): Promise<void> {
    await Deno.remove(`${this.path}/${RESULT}`).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }

  /** Where it stands, null where nobody has begun it. */
  async readStanding(): Promise<Standing | null> {
    try {
      const text = await readTextFile(`${this.path}/metrics.jsonl`);
      // Of a line that is being written there is no end yet.
      const last = text.split("\n").slice(0, -1).map((line) => JSON.parse(line))
        .findLast(({ event }) => event === "epoch");
      return { epochs: last?.epoch ?? 0, trainSeconds: last?.trainSeconds ?? 0 };
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      const isThere = await Deno.stat(this.path).then(() => true, () => false);
      return isThere ? { epochs: 0, trainSeconds: 0 } : null;
    }
  }
}

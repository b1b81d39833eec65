// A sweep's folder: sweep.json, trials.jsonl and sweep.html, none of them ever half-written.

import type { Refuse } from "../shared/json_file.ts";
import { UsageError } from "../shared/errors.ts";
import { FORMAT } from "@forward-forward/core/model";
import { SWEEP_FILES } from "../run/run_files.ts";
import { claimFolder, parseObject } from "../run/run_folder.ts";
import { shellWord } from "../shared/shell_word.ts";
import { reasonOf } from "../shared/system_error.ts";
import { tidyFolder, writeWhole } from "../run/write_whole.ts";
import type { Plan, Trial } from "./plan.ts";
import type { Ran } from "./ran.ts";
import { readSweep, type SweepFile } from "./sweep_file.ts";
import { TrialFolder } from "./trial_folder.ts";
import { parseResult, type TrialResult } from "./trial_result.ts";

/** A plan with what a report says of it. */
export interface Planned {
  /** The plan, fitted to the images. */
  plan: Plan;
  /** Numbers of images, or of what else is predicted. */
  images: { train: number; validation: number };
  /** What those are called: images in the plan of a sweep that did not say. */
  items: string;
}

/** A folder that a sweep writes to. */
export class SweepFolder {
  /** Where it is. */
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder. Throws a {@linkcode UsageError} if it holds a sweep already or cannot be made. */
  static async create(path: string): Promise<SweepFolder> {
    if (await SweepFolder.#claim(path)) return SweepFolder.at(path);
    throw new UsageError(`${path} holds a sweep already: choose another folder with --out`);
  }

  /** Makes the folder, or one with `-2`, `-3` ... after its name, whichever first holds no sweep. */
  static async createFree(path: string): Promise<SweepFolder> {
    for (let n = 1;; n++) {
      const free = n === 1 ? path : `${path}-${n}`;
      if (await SweepFolder.#claim(free)) return new SweepFolder(free);
    }
  }

  /** The folder of a sweep that was started before. */
  static at(path: string): SweepFolder {
    return new SweepFolder(bare(path));
  }

  static async #claim(path: string): Promise<boolean> {
    return await claimFolder(path, "trials.jsonl", ["sweep.json"]);
  }

  /** Writes `sweep.json`: the settings as given, and where they are tried. */
  async saveSettings(file: SweepFile, ran: Ran): Promise<void> {
    await this.#write(
      "sweep.json",
      JSON.stringify({ ...file, format: FORMAT, ran }, null, 2) + "\n",
    );
  }

  /** Reads `sweep.json`. */
  async readSettings(refuse: Refuse): Promise<{ file: SweepFile; ran: Ran }> {
    const { ran, ...file } = await readSweep(`${this.path}/sweep.json`, refuse) as SweepFile & {
      ran?: Partial<Ran>;
    };
    if (typeof ran?.backend !== "string" || typeof ran.data?.train !== "string") {
      refuse("does not say where it ran: begin anew with it, as ff sweep FILE");
    }
    return { file, ran: ran as Ran };
  }

  /** Writes `trials.jsonl`, whole each time: it is short, and so has no half line. */
  async saveResults(results: readonly TrialResult[]): Promise<void> {
    const lines = results.map((result) => JSON.stringify(result) + "\n");
    await this.#write("trials.jsonl", lines.join(""));
  }

  /** Reads `trials.jsonl`. Throws a {@linkcode UsageError} for a line that is of none of these trials. */
  async readResults(trials: readonly Trial[]): Promise<TrialResult[]> {
    const path = `${this.path}/trials.jsonl`;
    let text = "";
    try {
      text = await Deno.readTextFile(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const seen = new Set<number>();
    return text.split("\n").slice(0, -1).map((line, i) => {
      const result = parseResult(line, trials);
      if (result && !seen.has(result.index)) {
        seen.add(result.index);
        return result;
      }
      throw new UsageError(
        `line ${
          i + 1
        } of ${path} is of no trial of this sweep: it or sweep.json was changed or damaged, ` +
          `undo that or remove the line`,
      );
    });
  }

  /** Every result there is: of `trials.jsonl`, and of the trials' own folders, in the order of the trials. */
  async collectResults(trials: readonly Trial[]): Promise<TrialResult[]> {
    const results = new Map((await this.readResults(trials)).map((one) => [one.index, one]));
    for (const { index } of trials) {
      if (results.has(index)) continue;
      const result = await this.trial(index).readResult(trials);
      if (result) results.set(index, result);
    }
    return [...results.values()].toSorted((a, b) => a.index - b.index);
  }

  /** The folder of a trial. */
  trial(index: number): TrialFolder {
    return new TrialFolder(this.path, index);
  }

  /** Writes `plan.json`: the trials, for processes that run one each. */
  async savePlan(planned: Planned): Promise<void> {
    await this.#write("plan.json", JSON.stringify({ format: FORMAT, ...planned }) + "\n");
  }

  /** Whether there is a `plan.json`. */
  async isPlanned(): Promise<boolean> {
    return await Deno.stat(`${this.path}/plan.json`).then(() => true, () => false);
  }

  /** Reads `plan.json`. Throws a {@linkcode UsageError} where there is none, or none of this version. */
  async readPlan(): Promise<Planned> {
    const path = `${this.path}/plan.json`;
    const remedy = `ff sweep --resume ${shellWord(this.path)} makes it`;
    let text: string;
    try {
      text = await Deno.readTextFile(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      throw new UsageError(`${path} cannot be read (${reasonOf(error)}): ${remedy}`, {
        cause: error,
      });
    }
    const planned = parseObject(text) as
      | Omit<Planned, "items"> & { format: number; items?: string }
      | null;
    if (planned?.format === FORMAT && Array.isArray(planned.plan?.settings)) {
      return { ...planned, items: planned.items ?? "images" };
    }
    throw new UsageError(`${path} is no plan of a sweep any more: ${remedy} anew`);
  }

  /** Removes what a process that was killed left half-written. */
  async tidy(): Promise<void> {
    await tidyFolder(this.path, SWEEP_FILES.files);
  }

  /** Writes `sweep.html` and returns its path. */
  async savePage(text: string): Promise<string> {
    return await this.#write("sweep.html", text);
  }

  async #write(name: string, text: string): Promise<string> {
    const path = `${this.path}/${name}`;
    await writeWhole(path, new TextEncoder().encode(text));
    return path;
  }
}

// A folder without the slashes that a shell completes it with.
function bare(path: string): string {
  return path.replace(/(?<=.)[/\\]+$/, "");
}

// A sweep's folder: sweep.json, trials.jsonl and sweep.html, none of them ever half-written.

import type { Recipe } from "@forward-forward/core";
import type { Refuse } from "../json_file.ts";
import { UsageError } from "../errors.ts";
import { FORMAT } from "@forward-forward/core/model";
import { SWEEP_FILES } from "../run_files.ts";
import { claimFolder, parseObject } from "../run_folder.ts";
import { tidyFolder, writeWhole } from "../write_whole.ts";
import type { Trial } from "./plan.ts";
import type { TrialResult } from "./run_trial.ts";
import { readSweep, type SweepFile } from "./sweep_file.ts";

/** Where a sweep runs, on what: what has to be the same where it goes on. */
export interface Ran {
  /** The command that began it. */
  command: string[];
  /** When. */
  started: string;
  /** The backend's name. */
  backend: string;
  /** What is behind it. */
  device: string;
  /** Of what ran. */
  versions: Record<string, string>;
  /** SHA-256 of the images. */
  data: { train: string; validation: string };
  /** What every trial has in common, as it was when the sweep began. */
  settings?: CommonSettings;
}

/** What a sweep's trials have in common. */
export interface CommonSettings extends Pick<SweepFile, "validation" | "limits"> {
  /** The recipe that is changed. */
  recipe: Recipe;
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

// A line as the result of the trial it names, if it is one.
function parseResult(line: string, trials: readonly Trial[]): TrialResult | null {
  const result = parseObject(line) as Partial<TrialResult> | null;
  const trial = trials.find(({ index }) => index === result?.index);
  if (!result || !trial) return null;
  const same = result.name === trial.setting.name && result.seed === trial.seed &&
    JSON.stringify(result.set) === JSON.stringify(trial.setting.set);
  const number = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
  const figures = [
    result.validationError,
    result.bestEpoch,
    result.bestValidationError,
    result.loss,
  ];
  const others = [result.goodnessError, result.softmaxError];
  // Lines from before trials could fail do not say that they did not.
  const { diverged, failed = null } = result;
  const isText = (value: unknown): boolean => typeof value === "string";
  const known = isText(diverged) && failed === null || isText(failed) && diverged === null
    ? figures.every((value) => value === null)
    : diverged === null && failed === null && figures.every(number) &&
      others.every((value) => value === null || number(value));
  const counted = number(result.epochs) && number(result.trainSeconds) &&
    Array.isArray(result.layerErrors) && result.layerErrors.every(number);
  return same && known && counted ? { ...result, failed } as TrialResult : null;
}

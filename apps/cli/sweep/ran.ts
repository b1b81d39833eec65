// What a sweep's folder says of where it runs.

import type { Recipe } from "@forward-forward/core";
import type { EngineOptions } from "./engines/options.ts";
import type { SweepFile } from "./sweep_file.ts";
import type { DataSums } from "./training_data.ts";

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
  /** What tells the images from others. */
  data: DataSums;
  /** Threads of each trial, as many as there are cores where absent. */
  threads?: number | undefined;
  /** What runs its trials; this process, one after the other, where absent. */
  engine?: EngineOptions;
  /** What every trial has in common, as it was when the sweep began. */
  settings?: CommonSettings;
}

/** What a sweep's trials have in common. */
export interface CommonSettings extends Pick<SweepFile, "validation" | "limits"> {
  /** The recipe that is changed. */
  recipe: Recipe;
}

// `ff sweep`: trains a recipe in several settings and compares them on images held out of the training set.

import { recipes } from "@forward-forward/core";
import type { Arguments, Flags } from "../shared/arguments.ts";
import { backendNames, threadsFlag } from "../shared/backends.ts";
import { datasetNames } from "../data/data.ts";
import { UsageError } from "../shared/errors.ts";
import { begin } from "./begin.ts";
import { engineNames } from "./engines/options.ts";
import { runOne } from "./run_one.ts";
import { runSweep } from "./run_sweep.ts";
import { showReport, showStatus } from "./show.ts";

/** The flags of `ff sweep`. */
export const flags: Flags = {
  out: { value: "DIR", help: "the sweep's folder, sweeps/<time>-<recipe> by default" },
  seeds: { value: "SEEDS", help: "such as 1..20 or 1,2,5, instead of the file's" },
  recipe: {
    value: "NAME",
    help: "without a file: this recipe as it is, with several seeds, each network tested once",
    choices: Object.keys(recipes),
  },
  dataset: {
    value: "NAME|DIR",
    help: "with --recipe: as ff train has it",
    choices: datasetNames,
  },
  backend: { value: "NAME", help: "with --recipe: as ff train has it", choices: backendNames },
  validation: {
    value: "N",
    help: "with --recipe: hold out the last N training images (of a text, strings)",
  },
  on: {
    value: engineNames.join("|"),
    help: "run each trial as a process of its own: here, or as a task of Slurm",
  },
  jobs: { value: "N", help: "with --on local: so many at a time, 1 by default" },
  threads: {
    ...threadsFlag,
    help: "threads of each trial on onnx, the cores shared out by default",
  },
  partition: { value: "P", help: "with --on slurm: as sbatch has it" },
  time: { value: "T", help: "with --on slurm: the longest a task may take, as sbatch has it" },
  "cpus-per-task": { value: "N", help: "with --on slurm: as sbatch has it; threads of each trial" },
  "gpus-per-task": { value: "N", help: "with --on slurm: as sbatch has it; trials take webgpu" },
  "at-most": { value: "K", help: "with --on slurm: so many tasks at a time" },
  "dry-run": { value: "", help: "with --on slurm: print the batch script and submit nothing" },
  status: { value: "", help: "of the sweep in DIR: how each trial stands" },
  report: { value: "", help: "of the sweep in DIR: rank what is finished and write its page" },
  resume: { value: "DIR", help: "go on with the sweep in DIR: run what is missing" },
  "retry-failed": {
    value: "",
    help: "with --resume: try again what failed, for want of memory perhaps",
  },
  trial: { value: "N", help: "of the sweep in DIR: run this trial alone, as every task does" },
  json: { value: "", help: "one JSON object a line on stdout, nothing else there" },
  help: { value: "", help: "this text" },
};

// What is asked of a sweep that is there; each with what else may be given.
const ASKED = { trial: [], status: ["json"], report: ["json"] } as const;

/** Runs `ff sweep` and returns its exit code. */
export async function run(args: Arguments): Promise<number> {
  const asked = Object.keys(ASKED).find((flag) =>
    args.text(flag) !== undefined || args.given(flag)
  ) as keyof typeof ASKED | undefined;
  if (asked === undefined) {
    using begun = await begin(args);
    return await runSweep(args, begun);
  }
  const path = folderOf(args, asked);
  switch (asked) {
    case "trial":
      return await runOne(path, args.text("trial")!);
    case "status":
      return await showStatus(path, args.given("json"));
    case "report":
      return await showReport(path, args.given("json"));
  }
}

// The folder that is asked about, nothing else being asked.
function folderOf(args: Arguments, asked: keyof typeof ASKED): string {
  const [path, surplus] = args.rest;
  if (path === undefined) {
    throw new UsageError(`--${asked} needs the folder of a sweep: ff sweep DIR --${asked}`);
  }
  if (surplus !== undefined) {
    throw new UsageError(`sweep takes one folder, got "${surplus}" too: ask about each`);
  }
  const free: readonly string[] = [asked, ...ASKED[asked]];
  const flag = Object.keys(flags).find((flag) =>
    !free.includes(flag) && (args.text(flag) !== undefined || args.given(flag))
  );
  if (flag === undefined) return path;
  throw new UsageError(`--${flag} cannot be given with --${asked}: leave it out`);
}

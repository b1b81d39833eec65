// `ff report`: one run, or several compared, as one HTML file.

import type { FFNetwork } from "@forward-forward/core";
import { channelsOf } from "@forward-forward/core/data";
import { type Arguments, type Flags, whole } from "../shared/arguments.ts";
import { backendHelp, backendNames, openBackend } from "../shared/backends.ts";
import { datasetNames, loadTest } from "../data/data.ts";
import { noProgress, showProgress } from "../display/progress.ts";
import type { AnyData } from "../kinds/kind.ts";
import { EXIT, UsageError } from "../shared/errors.ts";
import { onInterrupt } from "../shared/interrupt.ts";
import { readRun, type RunLog } from "./run_log.ts";
import {
  datasetOf,
  type Model,
  readModel,
  rebuild,
  requireFinite,
  requireFit,
} from "../run/model_file.ts";
import { type OutputFile, outputFile } from "../run/output_file.ts";

/** The flags of `ff report`. */
export const flags: Flags = {
  out: { value: "FILE", help: "what to write: report.html in the run folder by default" },
  backend: {
    value: "NAME",
    help: `what scores the test data: ${backendHelp}`,
    choices: backendNames,
  },
  dataset: {
    value: "NAME|DIR|FILE",
    help: "the data set the model was trained on by default",
    choices: datasetNames,
  },
  "test-limit": {
    value: "N",
    help: "score the first N images (of a text, strings), by default as many as the run did",
  },
  help: { value: "", help: "this text" },
};

/** Runs `ff report` and returns its exit code. */
export async function run(args: Arguments): Promise<number> {
  const [path, ...others] = args.rest;
  if (path === undefined) {
    throw new UsageError("report needs a run: ff report RUN, or several to compare them");
  }
  const file = others.length === 0
    ? await reportOne(path, args)
    : await reportSeveral(args.rest, args);
  console.log(file);
  return EXIT.done;
}

async function reportOne(path: string, args: Arguments): Promise<string> {
  const given = args.text("test-limit");
  const limit = given === undefined ? undefined : whole("test-limit", given, 1);
  const run = await readRun(path);
  const model = await readModel(path);
  const { info } = model;
  const out = await outputFile(
    args.text("out") ?? `${path.replace(/(?<=.)\/+$/, "")}/report.html`,
    "an HTML page",
    [model.path],
  );
  const dataset = datasetOf(model, args.text("dataset"));
  const { backend: opened } = await openBackend(args.text("backend") ?? "auto");
  using backend = opened;
  using network = await rebuild(backend, model);
  // The run's own test images, so that the figures are those it ended with.
  const own = dataset === info.dataset ? testLimit(run) : undefined;
  const { classes } = info.recipe;
  const test = await loadTest(dataset, {
    limit: limit ?? own,
    classes,
    channels: channelsOf(info.image),
    names: info.names,
  });
  requireFit(model, test, dataset);
  const progress = Deno.stderr.isTerminal() ? showProgress(test.count) : noProgress;
  using interrupt = onInterrupt(progress.stop);
  return await writeReport(run, model, {
    network,
    test,
    dataset,
    out,
    signal: interrupt.signal,
    onProgress: progress.test,
  }).finally(progress.stop);
}

/** What {@linkcode writeReport} scores. */
export interface ReportOptions {
  /** The model's network. */
  network: FFNetwork;
  /** The test images. */
  test: AnyData;
  /** Where they come from. */
  dataset: string;
  /** Where to. */
  out: OutputFile;
  /** Stops the scoring. */
  signal?: AbortSignal | undefined;
  /** Hears how many images are scored. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Scores the test images, writes the report of a run, and returns the file's path. */
export async function writeReport(
  run: RunLog,
  model: Model,
  { network, test, dataset, out, signal, onProgress }: ReportOptions,
): Promise<string> {
  const scores = await network.score(test, { signal, onProgress });
  requireFinite(model, scores);
  // Vega is loaded when a report is written, not with every command.
  const { runPage } = await import("./run_page.ts");
  const { goodnessBySteps } = await import("./steps.ts");
  const { goodnessMaps } = await import("./goodness_maps.ts");
  const { name, device } = network.backend;
  // Scores are less the goodness where layers are excited by negative data.
  const sign = model.info.recipe.excitedBy === "positive" ? 1 : -1;
  const thresholds = network.layers.map(({ threshold }) => sign * threshold);
  const scorer = { name, device };
  const steps = await goodnessBySteps(network, test);
  const maps = await goodnessMaps(network, test);
  const text = await runPage({
    run,
    model,
    thresholds,
    test,
    dataset,
    scores,
    scorer,
    steps,
    maps,
  });
  return await write(out, text);
}

async function reportSeveral(paths: readonly string[], args: Arguments): Promise<string> {
  const out = args.text("out");
  if (out === undefined) {
    throw new UsageError("several runs are compared in a file of their own: name it with --out");
  }
  for (const flag of ["backend", "dataset", "test-limit"]) {
    if (args.text(flag) !== undefined) {
      throw new UsageError(
        `--${flag} is for the report of one run, and several are compared by what they logged: leave it out`,
      );
    }
  }
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined) throw new UsageError(`${twice} is given twice: name each run once`);
  const file = await outputFile(out, "an HTML page");
  const runs: RunLog[] = [];
  for (const path of paths) runs.push(await readRun(path));
  const { comparisonPage } = await import("./comparison_page.ts");
  return await write(file, await comparisonPage(runs));
}

async function write(file: OutputFile, text: string): Promise<string> {
  await file.write(new TextEncoder().encode(text));
  return file.path;
}

// How many images the run was tested on, if not on all.
function testLimit({ config }: RunLog): number | undefined {
  const { test } = (config.limits ?? {}) as { test?: unknown };
  return Number.isSafeInteger(test) && test as number > 0 ? test as number : undefined;
}

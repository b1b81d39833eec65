// A claimed figure: what a run folder says of its final test, and how it came about.

import { layerWidths } from "@forward-forward/core/training";

/** One run's figures, as a file in `results/figures` has them. Errors are fractions of images. */
export interface Figure {
  /** The recipe's name. */
  recipe: string;
  /** The data set's name. */
  dataset: string;
  /** Pixels, then units of each layer. */
  layers: number[];
  /** Passes over the training images. */
  epochs: number;
  /** The seed. */
  seed: number;
  /** The command that makes it again. */
  command: string;
  /** The commit it was made at. */
  commit: string;
  /** When it began, ISO 8601. */
  started: string;
  /** The backend's name. */
  backend: string;
  /** The engine or adapter behind it. */
  device: string;
  /** The processor, and its cores. */
  machine: string;
  /** Versions of what took part. */
  versions: Record<string, string>;
  /** Seconds of training. */
  trainSeconds: number;
  /** Training images it learned from. */
  trainImages: number;
  /** On the held-out images after the last epoch, if any were held out. */
  validationError: number | null;
  /** On the test images, by the recipe's own way of predicting. */
  testError: number;
  /** On the test images, by goodness summed over layers. */
  goodnessError: number | null;
  /** On the test images, by the readout. */
  softmaxError: number | null;
  /** On the test images, by each layer's goodness alone. */
  layerErrors: number[];
}

// Flags that say where and how a run was kept, and nothing of what it is.
const KEPT_BY = {
  "--out": 1,
  "--json": 0,
  "--checkpoint-minutes": 1,
  "--resume": 1,
  "--on": 1,
  "--jobs": 1,
  "--partition": 1,
  "--time": 1,
  "--cpus-per-task": 1,
  "--gpus-per-task": 1,
  "--at-most": 1,
};

/** The runs at a path: a run's folder itself, or those in the folder of a sweep that tested its networks, in their order. */
export async function runsAt(path: string): Promise<string[]> {
  const trials: string[] = [];
  try {
    for await (const { name } of Deno.readDir(`${path}/trials`)) {
      trials.push(`${path}/trials/${name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return [path];
  }
  return trials.sort();
}

/** Reads the figure of a finished run. Throws an `Error` of one sentence where there is none. */
export async function readFigure(
  run: string,
  origin: { commit: string; machine: string },
): Promise<Figure> {
  const config = JSON.parse(await Deno.readTextFile(`${run}/config.json`));
  const lines = (await Deno.readTextFile(`${run}/metrics.jsonl`)).trim().split(
    "\n",
  );
  const events = lines.map((line) => JSON.parse(line));
  const done = events.find(({ event }) => event === "done");
  if (!done) {
    throw new Error(
      `the run in ${run} has not come to its end: resume it first`,
    );
  }
  const last = events.findLast(({ event }) => event === "epoch");
  const { recipe, seed, dataset, images, backend, device, versions, started } = config;
  return {
    recipe: recipe.name,
    dataset,
    layers: layerWidths(recipe),
    epochs: done.epochs,
    seed,
    command: commandOf(config.command),
    ...origin,
    started,
    backend,
    device,
    versions,
    trainSeconds: Math.round(10 * done.trainSeconds) / 10,
    trainImages: images.train,
    validationError: last.validationError,
    testError: done.testError,
    goodnessError: done.goodnessError,
    softmaxError: done.softmaxError,
    layerErrors: done.layerErrors,
  };
}

function commandOf(words: string[]): string {
  const [, ...args] = words;
  const kept: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const values = KEPT_BY[args[i] as keyof typeof KEPT_BY];
    if (values === undefined) kept.push(args[i]!);
    else i += values;
  }
  return ["deno", "task", ...kept].join(" ");
}

/** The name of its file. */
export function fileName(
  { dataset, recipe, layers, epochs, seed }: Figure,
): string {
  return `${dataset}-${recipe}-${layers.join("-")}-${epochs}-epochs-seed-${seed}.json`;
}

/** All figures in a folder, by file name. */
export async function readFigures(folder: URL): Promise<Figure[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".json")) names.push(name);
  }
  return await Promise.all(
    names.sort().map(async (name) => JSON.parse(await Deno.readTextFile(new URL(name, folder)))),
  );
}

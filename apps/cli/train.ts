// `ff train`: trains a network, shows how it goes, tests it once, and keeps the run.

import {
  type EpochReport,
  FFNetwork,
  type Recipe,
  recipes,
  validateRecipe,
} from "@forward-forward/core";
import { type Arguments, decimal, type Flags, oneOf, whole } from "./arguments.ts";
import { backendHelp, openBackend } from "./backends.ts";
import { type Data, type Limits, loadData } from "./data.ts";
import { header, samples } from "./display/header.ts";
import { noProgress, showProgress } from "./display/progress.ts";
import { confusionTable, figures, layerTable, lossCurve } from "./display/summary.ts";
import { duration } from "./display/words.ts";
import { EXIT, Interrupted, UsageError } from "./errors.ts";
import { onInterrupt } from "./interrupt.ts";
import { FORMAT, type ModelInfo, RunFolder } from "./run_folder.ts";
import { VERSION } from "./version.ts";

/** The flags of `ff train`. */
export const trainFlags: Flags = {
  backend: {
    value: "NAME",
    help: backendHelp,
  },
  recipe: { value: "NAME", help: `${Object.keys(recipes).join(", ")}; quick by default` },
  dataset: { value: "NAME|DIR", help: "mnist (default), or a folder in MNIST's four-file layout" },
  layers: { value: "784,500,500", help: "pixels, then units of each layer" },
  epochs: { value: "N", help: "passes over the training images" },
  "batch-size": { value: "N|full", help: "images in an update" },
  "updates-per-layer": { value: "N", help: "updates of a layer at a time (recipe keras)" },
  "learning-rate": { value: "X", help: "learning rate of the layers" },
  threshold: { value: "X|units", help: "goodness that separates positive from negative" },
  seed: { value: "N", help: "decides every random number, 1 by default" },
  "train-limit": { value: "N", help: "train on the first N images" },
  "test-limit": { value: "N", help: "test on the first N images" },
  validation: { value: "N", help: "hold out the last N training images" },
  out: { value: "DIR", help: "the run folder, runs/<time>-<recipe> by default" },
  json: { value: "", help: "one JSON object a line on stdout, nothing else there" },
  help: { value: "", help: "this text" },
};

/** Runs `ff train` and returns its exit code. */
export async function train(args: Arguments): Promise<number> {
  // Everything that can be refused without loading anything is refused first.
  const { draft, seed, dataset, limits } = readSettings(args);
  const { backend: opened, why } = await openBackend(args.text("backend") ?? "auto");
  using backend = opened;
  const data = await loadData(dataset, limits);
  const recipe = fitRecipe(draft, data, dataset, args.text("layers") !== undefined);
  using network = makeNetwork(() => new FFNetwork(backend, recipe, { seed }), recipe);

  const started = new Date();
  const folder = await makeFolder(args.text("out"), recipe, started);
  const { rows, columns } = data.train;
  const info = (): ModelInfo => ({
    format: FORMAT,
    recipe,
    seed,
    epoch: network.epoch,
    dataset,
    image: { rows, columns },
  });
  const images = {
    train: data.train.count,
    validation: data.validation?.count ?? 0,
    test: data.test.count,
  };
  await folder.saveConfig({
    format: FORMAT,
    command: ["ff", ...Deno.args],
    started: started.toISOString(),
    backend: backend.name,
    device: backend.device,
    dataset,
    limits: Object.fromEntries(Object.entries(limits).map(([name, n]) => [name, n ?? null])),
    images,
    seed,
    recipe,
    versions: { ff: VERSION, ...Deno.version, target: Deno.build.target },
  });

  const json = args.given("json");
  const emit = (event: Record<string, unknown>): void => {
    if (json) console.log(JSON.stringify(event));
  };
  const say = (text: string): void => {
    if (!json) console.log(text);
  };
  const what = { backend: backend.name, device: backend.device, recipe: recipe.name, seed };
  emit({
    event: "start",
    ...what,
    layers: recipe.layers,
    epochs: recipe.epochs,
    dataset,
    images,
    run: folder.path,
  });
  say(header({ recipe, seed, backend, why, dataset, images, run: folder.path }));
  say(`\n${samples(data.train, seed)}\n`);

  const progress = json ? noProgress : showProgress(images.train);
  using interrupt = onInterrupt(progress.stop);
  const { signal } = interrupt;
  const reports: EpochReport[] = [];
  let trainSeconds = 0;
  try {
    let since = performance.now();
    const validation = data.validation ?? undefined;
    const epochs = network.fit(data.train, { validation, signal, onUpdate: progress.update });
    for await (const report of epochs) {
      trainSeconds += (performance.now() - since) / 1000;
      reports.push(report);
      progress.epoch(report, trainSeconds);
      const event = epochEvent(report, trainSeconds);
      emit(event);
      await folder.addMetrics(event);
      await folder.saveModel(network, info());
      since = performance.now();
    }

    const evaluation = await network.evaluate(data.test, { signal, onProgress: progress.test });
    progress.stop();
    const { error, accuracy, goodnessError, softmaxError, layerErrors } = evaluation;
    const done = {
      event: "done",
      ...what,
      epochs: network.epoch,
      trainSeconds,
      testError: error,
      testAccuracy: accuracy,
      goodnessError,
      softmaxError,
      layerErrors,
      run: folder.path,
    };
    await folder.addMetrics(done);
    emit(done);
    const parts = [
      lossCurve(reports.map(({ loss }) => loss)),
      confusionTable(evaluation),
      layerTable(recipe.layers.slice(1), evaluation, reports.at(-1)?.layers),
      figures(evaluation),
    ];
    say(parts.filter((part) => part !== "").join("\n\n"));
    say(`trained in ${duration(trainSeconds)}; the run is in ${folder.path}`);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    progress.stop();
    await folder.saveModel(network, info());
    console.error(
      `interrupted after ${network.epoch} of ${recipe.epochs} epochs: the model as it is was saved in ` +
        `${folder.path}, ff eval ${folder.path} tests it`,
    );
    return EXIT.interrupted;
  } finally {
    progress.stop();
  }
}

interface Settings {
  draft: Recipe;
  seed: number;
  dataset: string;
  limits: Limits;
}

function readSettings(args: Arguments): Settings {
  if (args.rest.length > 0) {
    throw new UsageError(`train takes flags only, got "${args.rest[0]}": see ff train --help`);
  }
  const number = (flag: string, least: number): number | undefined => {
    const text = args.text(flag);
    return text === undefined ? undefined : whole(flag, text, least);
  };
  return {
    draft: makeRecipe(args, oneOf("recipe", args.text("recipe") ?? "quick", Object.keys(recipes))),
    seed: number("seed", 0) ?? 1,
    dataset: args.text("dataset") ?? "mnist",
    limits: {
      train: number("train-limit", 1),
      test: number("test-limit", 1),
      validation: number("validation", 0),
    },
  };
}

// Layers can be too large for the memory there is, which nobody knows before they are made.
function makeNetwork(make: () => FFNetwork, { layers }: Recipe): FFNetwork {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(
      `a network of ${layers.join("-")} cannot be made here (${error.message}): ` +
        `give smaller --layers`,
      { cause: error },
    );
  }
}

async function makeFolder(
  out: string | undefined,
  { name }: Recipe,
  started: Date,
): Promise<RunFolder> {
  if (out !== undefined) return await RunFolder.create(out);
  const stamp = started.toISOString().slice(0, 19).replaceAll(":", "-");
  return await RunFolder.createFree(`runs/${stamp}-${name}`);
}

// The recipe with what the flags change.
function makeRecipe(args: Arguments, name: string): Recipe {
  const recipe = recipes[name as keyof typeof recipes]();
  const set = (flag: string, apply: (text: string) => void): void => {
    const text = args.text(flag);
    if (text !== undefined) apply(text);
  };
  set("layers", (text) => {
    recipe.layers = text.split(",").map((part) => whole("layers", part.trim(), 1));
  });
  set("epochs", (text) => recipe.epochs = whole("epochs", text, 1));
  set("batch-size", (text) => {
    recipe.batchSize = text === "full" ? text : whole("batch-size", text, 1, "full");
  });
  set("learning-rate", (text) => {
    recipe.optimizer = {
      ...recipe.optimizer,
      learningRate: decimal("learning-rate", text, { above: 0 }),
    };
  });
  set("threshold", (text) => {
    recipe.threshold = text === "units" ? text : decimal("threshold", text, { or: "units" });
  });
  set("updates-per-layer", (text) => {
    if (recipe.schedule.kind !== "greedy") {
      throw new UsageError(
        `--updates-per-layer is for recipes that train layer by layer, and ${name} trains all layers ` +
          `together: leave it out, or use --recipe keras`,
      );
    }
    const updatesPerLayer = whole("updates-per-layer", text, 1);
    recipe.schedule = { ...recipe.schedule, updatesPerLayer };
  });
  return checked(recipe);
}

// The recipe for this data: its number of classes and, unless the layers were given, its size.
function fitRecipe(draft: Recipe, { train }: Data, dataset: string, layersGiven: boolean): Recipe {
  const { rows, columns, classes } = train;
  const pixels = rows * columns;
  const [width, ...units] = draft.layers;
  if (layersGiven && width !== pixels) {
    throw new UsageError(
      `--layers starts with ${width} and the images of ${dataset} have ${pixels} pixels ` +
        `(${rows}x${columns}): start it with ${pixels}`,
    );
  }
  return checked({ ...draft, classes, layers: [pixels, ...units] });
}

function checked(recipe: Recipe): Recipe {
  try {
    validateRecipe(recipe);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
  return recipe;
}

function epochEvent(report: EpochReport, trainSeconds: number): Record<string, unknown> {
  const { validation, ...rest } = report;
  return {
    event: "epoch",
    ...rest,
    validationError: validation?.error ?? null,
    trainSeconds,
  };
}

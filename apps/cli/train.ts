// `ff train`: trains a network, shows how it goes, tests it once, and keeps the run.

import {
  type EpochReport,
  FFNetwork,
  Random,
  type Recipe,
  recipes,
  validateRecipe,
} from "@forward-forward/core";
import { type Arguments, decimal, type Flags, oneOf, whole } from "./arguments.ts";
import { openBackend } from "./backends.ts";
import { type Data, loadData } from "./data.ts";
import { drawImages } from "./display/digits.ts";
import { type ProgressDisplay, showProgress } from "./display/progress.ts";
import { confusionTable, duration, figures, lossCurve } from "./display/summary.ts";
import { EXIT, Interrupted, UsageError } from "./errors.ts";
import { FORMAT, type ModelInfo, RunFolder } from "./run_folder.ts";

/** The flags of `ff train`. */
export const trainFlags: Flags = {
  backend: {
    value: "NAME",
    help: "auto (default), webgpu, tfjs, tfjs-wasm, tfjs-cpu, onnx or reference",
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
  if (args.rest.length > 0) {
    throw new UsageError(`train takes flags only, got "${args.rest[0]}": see ff train --help`);
  }
  const optional = <T>(flag: string, read: (flag: string, text: string) => T): T | undefined => {
    const text = args.text(flag);
    return text === undefined ? undefined : read(flag, text);
  };
  const count = (flag: string): number | undefined =>
    optional(flag, (f, text) => whole(f, text, 1));
  const seed = optional("seed", (f, text) => whole(f, text, 0)) ?? 1;
  const recipeName = oneOf("recipe", args.text("recipe") ?? "quick", Object.keys(recipes));
  const dataset = args.text("dataset") ?? "mnist";
  const limits = {
    train: count("train-limit"),
    test: count("test-limit"),
    validation: optional("validation", (f, text) => whole(f, text, 0)),
  };
  // Everything that can be refused without loading anything is refused first.
  const draft = makeRecipe(args, recipeName);
  const backendName = args.text("backend") ?? "auto";
  const { backend: opened, why } = await openBackend(backendName);
  using backend = opened;
  const data = await loadData(dataset, limits);
  const recipe = fitRecipe(draft, data, dataset, args.text("layers") !== undefined);

  const started = new Date();
  const stamp = started.toISOString().slice(0, 19).replaceAll(":", "-");
  const folder = await RunFolder.create(args.text("out") ?? `runs/${stamp}-${recipe.name}`);
  const { rows, columns } = data.train;
  const counts = {
    train: data.train.count,
    validation: data.validation?.count ?? 0,
    test: data.test.count,
  };
  await folder.saveConfig({
    format: FORMAT,
    command: ["ff", "train", ...Deno.args.slice(1)],
    started: started.toISOString(),
    backend: backend.name,
    device: backend.device,
    dataset,
    counts,
    seed,
    recipe,
    versions: { ...Deno.version, os: Deno.build.target },
  });

  const json = args.given("json");
  const emit = (event: Record<string, unknown>): void => {
    if (json) console.log(JSON.stringify(event));
  };
  const say = (text: string): void => {
    if (!json && text !== "") console.log(text);
  };
  emit({
    event: "start",
    backend: backend.name,
    device: backend.device,
    recipe: recipe.name,
    layers: recipe.layers,
    epochs: recipe.epochs,
    seed,
    dataset,
    images: counts,
    run: folder.path,
  });
  say(header(recipe, backend, why, dataset, counts, seed, folder.path));
  say(samples(data, seed));

  using network = new FFNetwork(backend, recipe, { seed });
  const info = (): ModelInfo => ({
    format: FORMAT,
    recipe,
    seed,
    epoch: network.epoch,
    dataset,
    image: { rows, columns },
  });
  using interrupt = onInterrupt();
  const progress: ProgressDisplay | null = json ? null : showProgress(counts.train);
  const reports: EpochReport[] = [];
  let trainSeconds = 0;
  let since = performance.now();
  try {
    const epochs = network.fit(data.train, {
      validation: data.validation ?? undefined,
      signal: interrupt.signal,
      onUpdate: progress?.update,
    });
    for await (const report of epochs) {
      trainSeconds += (performance.now() - since) / 1000;
      reports.push(report);
      progress?.epoch(report, trainSeconds);
      const event = epochEvent(report, trainSeconds);
      emit(event);
      await folder.addMetrics(event);
      await folder.saveModel(network, info());
      since = performance.now();
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    progress?.stop();
    await folder.saveModel(network, info());
    console.error(
      `interrupted in epoch ${
        network.epoch + 1
      } of ${recipe.epochs}: the model as it is was saved in ` +
        `${folder.path}, ff eval ${folder.path} tests it`,
    );
    return EXIT.interrupted;
  } finally {
    progress?.stop();
  }

  const evaluation = await network.evaluate(data.test, { signal: interrupt.signal });
  const done = {
    event: "done",
    backend: backend.name,
    device: backend.device,
    recipe: recipe.name,
    seed,
    epochs: network.epoch,
    trainSeconds,
    testError: evaluation.error,
    testAccuracy: evaluation.accuracy,
    goodnessError: evaluation.goodnessError,
    softmaxError: evaluation.softmaxError,
    layerErrors: evaluation.layerErrors,
    run: folder.path,
  };
  emit(done);
  await folder.addMetrics(done);
  say(lossCurve(reports.map(({ loss }) => loss)));
  say(confusionTable(evaluation));
  say(figures(evaluation));
  say(`trained in ${duration(trainSeconds)}; the run is in ${folder.path}`);
  return EXIT.done;
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
    recipe.batchSize = text === "full" ? text : whole("batch-size", text, 1);
  });
  set("learning-rate", (text) => {
    recipe.optimizer = { ...recipe.optimizer, learningRate: decimal("learning-rate", text, 0) };
  });
  set("threshold", (text) => {
    recipe.threshold = text === "units" ? text : decimal("threshold", text);
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

function header(
  recipe: Recipe,
  backend: { name: string; device: string },
  why: string | null,
  dataset: string,
  counts: { train: number; validation: number; test: number },
  seed: number,
  path: string,
): string {
  const held = counts.validation > 0 ? `, ${counts.validation} held out` : "";
  return [
    `Forward-Forward, recipe ${recipe.name}: ${
      recipe.layers.join("-")
    }, ${recipe.epochs} epochs, ` +
    `batches of ${recipe.batchSize === "full" ? "all" : recipe.batchSize}, seed ${seed}`,
    `data     ${dataset}: ${counts.train} images to train on${held}, ${counts.test} to test on`,
    `backend  ${backend.name}, ${backend.device}${why ? ` (auto: ${why})` : ""}`,
    `run      ${path}`,
  ].join("\n");
}

// Four training samples with their labels.
function samples({ train }: Data, seed: number): string {
  const random = new Random(seed).fork("samples");
  const indices = Array.from({ length: Math.min(4, train.count) }, () => random.below(train.count));
  const terminal = Deno.stdout.isTerminal();
  return "\n" + drawImages(train, indices, {
    colour: terminal && !Deno.noColor,
    width: terminal ? Deno.consoleSize().columns : 120,
  }) + "\n";
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

// Ctrl-C once asks training to stop after the update under way; twice ends the process.
function onInterrupt(): { signal: AbortSignal; [Symbol.dispose](): void } {
  const controller = new AbortController();
  const listener = (): void => {
    if (controller.signal.aborted) Deno.exit(EXIT.interrupted);
    controller.abort(new Interrupted("interrupted"));
  };
  Deno.addSignalListener("SIGINT", listener);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => Deno.removeSignalListener("SIGINT", listener),
  };
}

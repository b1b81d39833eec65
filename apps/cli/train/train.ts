// `ff train`: trains a network, shows how it goes, tests it once, and keeps the run so that it can be resumed.

import { layerWidths } from "@forward-forward/core/training";
import {
  BestEpoch,
  FFNetwork,
  type LayerReport,
  type Progress,
  type Recipe,
  recipes,
} from "@forward-forward/core";
import { describePictures, type PictureStyle } from "@forward-forward/datasets";
import { type Arguments, decimal, type Flags, oneOf } from "../shared/arguments.ts";
import {
  backendHelp,
  backendNames,
  openBackend,
  readThreads,
  threadsFlag,
} from "../shared/backends.ts";
import { identify, type Keep, KEEPS } from "../run/checkpoint.ts";
import type { Config } from "./config.ts";
import { datasetNames, type Limits, loadData } from "../data/data.ts";
import { header, samples } from "../display/header.ts";
import { noProgress, showProgress } from "../display/progress.ts";
import { confusionTable, figures, layerTable, lossCurve } from "../display/summary.ts";
import { troubleSentence, troublesOf, TroubleWatch } from "../display/troubles.ts";
import { duration } from "../display/words.ts";
import { epochEvent } from "./epoch_event.ts";
import { EXIT, Interrupted, UsageError } from "../shared/errors.ts";
import { onInterrupt } from "../shared/interrupt.ts";
import {
  bestBefore,
  describePosition,
  evalCommand,
  readResumption,
  reportCommand,
  requireSameData,
  restore,
  resumeCommand,
} from "./resume.ts";
import { FORMAT } from "@forward-forward/core/model";
import type { ModelInfo } from "../run/model_file.ts";
import { RunFolder } from "../run/run_folder.ts";
import { lockRun } from "../run/run_lock.ts";
import { RunSaver } from "../run/run_saver.ts";
import { configOf } from "../run/run_settings.ts";
import { fitRecipe, readSettings } from "./settings.ts";
import { VERSION } from "../version.ts";

/** The flags of `ff train`. */
export const trainFlags: Flags = {
  backend: {
    value: "NAME",
    help: backendHelp,
    choices: backendNames,
  },
  threads: threadsFlag,
  recipe: {
    value: "NAME",
    help: `${Object.keys(recipes).join(", ")}; quick by default`,
    choices: Object.keys(recipes),
  },
  dataset: {
    value: "NAME|DIR|FILE",
    help: "mnist (default), another of ff data list, or a folder or file of your own",
    choices: datasetNames,
  },
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
  keep: {
    value: "last|best",
    help:
      "the model to end with: of the last epoch (default), or of the best on the held-out images",
  },
  config: {
    value: "FILE",
    help: "settings as JSON, such as a run folder's config.json; flags override them",
  },
  out: { value: "DIR", help: "the run folder, runs/<time>-<recipe> by default" },
  resume: {
    value: "DIR",
    help: "go on with the run in DIR, on its backend unless another is given",
  },
  "checkpoint-minutes": {
    value: "X",
    help: "save within an epoch too, every X minutes, 5 by default",
  },
  pictures: {
    value: "fitted|whole",
    help: "what ff predict makes of pictures: the one digit on each fitted as MNIST's, or all of " +
      "each resized; told from the training images by default",
    choices: ["fitted", "whole"],
  },
  json: { value: "", help: "one JSON object a line on stdout, nothing else there" },
  help: { value: "", help: "this text" },
};

/** Runs `ff train` and returns its exit code. */
export async function train(args: Arguments): Promise<number> {
  // Everything that can be refused without loading anything is refused first.
  if (args.rest.length > 0) {
    throw new UsageError(`train takes flags only, got "${args.rest[0]}": see ff train --help`);
  }
  const minutes = args.text("checkpoint-minutes");
  const saveEvery = 60_000 *
    (minutes === undefined ? 5 : decimal("checkpoint-minutes", minutes, { above: 0 }));
  const run = args.text("resume");
  using resumed = run === undefined ? null : await readResumption(args, run, trainFlags);
  const saved = resumed?.found.state;
  const configFile = args.text("config");
  // Loaded when it is needed: most runs have no use for a validator.
  const config: Config = configFile === undefined
    ? {}
    : await (await import("./config.ts")).readConfig(configFile);
  const { draft, seed, dataset, limits } = saved
    ? {
      draft: resumed.recipe,
      seed: saved.info.seed,
      dataset: resumed.dataset,
      limits: saved.limits,
    }
    : readSettings(args, config);
  const keep = saved?.keep ?? readKeep(args.text("keep") ?? config.keep, limits);
  const wanted = args.text("backend") ?? saved?.backend ?? config.backend ?? "auto";
  const threads = readThreads(args, wanted);
  const { backend: opened, why, advice } = await openBackend(wanted, { threads });
  using backend = opened;
  const data = await loadData(dataset, limits);
  const identity = await identify(data);
  if (saved) requireSameData(run!, identity, saved.data);
  const layersGiven = args.text("layers") !== undefined || config.recipe?.layers !== undefined;
  // A configuration's label is the draft's unless --recipe names another recipe.
  const labelGiven = draft.label === config.recipe?.label;
  const recipe = saved ? draft : fitRecipe(draft, data, dataset, layersGiven, labelGiven);
  using network = makeNetwork(() => new FFNetwork(backend, recipe, { seed }), recipe);
  if (resumed) restore(network, resumed.found);
  const best = keep === "best"
    ? new BestEpoch(resumed ? await bestBefore(resumed) : undefined)
    : null;

  const pictures = saved?.info.pictures ??
    describePictures(data.train, readPictures(args.text("pictures") ?? config.pictures));

  const started = new Date();
  let progress = noProgress;
  // From here on there is a run to save.
  using interrupt = onInterrupt(() => progress.stop());
  const { signal } = interrupt;
  const folder = resumed?.folder ?? await makeFolder(args.text("out"), recipe, started);
  using begun = resumed ? null : await lockRun(folder.path);
  const lock = resumed?.lock ?? begun!;
  const images = {
    train: data.train.count,
    validation: data.validation?.count ?? 0,
    test: data.test.count,
  };
  const ran = {
    command: ["ff", ...Deno.args],
    started: started.toISOString(),
    backend: backend.name,
    device: backend.device,
    versions: { ff: VERSION, ...Deno.version, target: Deno.build.target },
  };
  const settings = {
    format: FORMAT,
    ...ran,
    ...configOf({ dataset, limits, images, seed, keep, pictures: pictures.fit, recipe }),
  };

  const json = args.given("json");
  const emit = (event: Record<string, unknown>): void => {
    if (json) console.log(JSON.stringify(event));
  };
  const say = (text: string): void => {
    if (!json) console.log(text);
  };

  let trainSeconds = saved?.trainSeconds ?? 0;
  const { rows, columns } = data.train;
  const info = (): ModelInfo => ({
    format: FORMAT,
    recipe,
    seed,
    epoch: network.epoch,
    dataset,
    image: { rows, columns },
    pictures,
    ...(data.names ? { names: data.names } : {}),
  });
  const saver = new RunSaver({
    folder,
    lock,
    network,
    describe: () => ({
      info: info(),
      backend: backend.name,
      limits,
      keep,
      data: identity,
      trainSeconds,
    }),
    newest: resumed?.found.index,
  });

  if (resumed) {
    const { damage, path, state: { checkpoint } } = resumed.found;
    if (damage) {
      console.error(`${damage}; going on from ${path}, ${describePosition(checkpoint)}`);
    }
    const { epoch, update } = checkpoint;
    await saver.write(async () => {
      await folder.tidy();
      await folder.cutMetrics(epoch);
      const before = resumed.config ?? settings;
      const entries = "resumed" in before && Array.isArray(before.resumed) ? before.resumed : [];
      const entry = { ...ran, dataset, epochs: recipe.epochs, epoch, update };
      await folder.saveConfig({ ...before, dataset, recipe, resumed: [...entries, entry] });
    });
  } else {
    await saver.write(() => folder.saveConfig(settings));
    await saver.save();
  }
  const what = { backend: backend.name, device: backend.device, recipe: recipe.name, seed };
  emit({
    event: "start",
    ...what,
    layers: recipe.layers,
    epochs: recipe.epochs,
    dataset,
    images,
    run: folder.path,
    ...(resumed ? { resumed: { epoch: network.epoch, update: network.update } } : {}),
  });
  say(header({ recipe, seed, backend, why, advice, dataset, images, run: folder.path }));
  if (resumed) say(`resumed  ${describePosition(network)}`);
  say(`\n${samples(data.train, seed)}\n`);

  if (!json) progress = showProgress(images.train, trainSeconds);
  const losses = resumed?.epochs.map(({ loss }) => loss) ?? [];
  let layers: LayerReport[] | undefined;
  const thresholds = network.layers.map(({ threshold }) => threshold);
  const watch = new TroubleWatch(thresholds);
  const { learningRate } = recipe.optimizer;
  // Training is timed, saving is not.
  let since = performance.now();
  const save = async (first?: () => Promise<void>): Promise<void> => {
    await saver.save(first);
    since = performance.now();
  };
  let savedAt = since;
  const onUpdate = (updates: Progress): void | Promise<void> => {
    progress.update(updates);
    const now = performance.now();
    if (now - savedAt < saveEvery) return;
    trainSeconds += (now - since) / 1000;
    return save().then(() => {
      savedAt = since;
    });
  };
  try {
    const validation = data.validation ?? undefined;
    for await (const report of network.fit(data.train, { validation, signal, onUpdate })) {
      trainSeconds += (performance.now() - since) / 1000;
      losses.push(report.loss);
      layers = report.layers;
      const event = epochEvent(report, report.validation, trainSeconds);
      const worth = best ? await best.offer(report, network) : true;
      await save(async () => {
        await folder.addMetrics(event);
        if (worth) await folder.saveModel(network, info());
      });
      progress.epoch(report, trainSeconds);
      emit(event);
      for (const found of watch.epoch(report.layers)) {
        emit({ event: "trouble", epoch: report.epoch, ...found });
        progress.stop();
        console.error(troubleSentence(found, learningRate));
      }
      savedAt = since;
    }

    best?.restore(network);
    const evaluation = await network.evaluate(data.test, { signal, onProgress: progress.test });
    progress.stop();
    const { error, accuracy, goodnessError, softmaxError, layerErrors } = evaluation;
    const done = {
      event: "done",
      ...what,
      epochs: network.epoch,
      ...(best ? { bestEpoch: best.epoch } : {}),
      trainSeconds,
      testError: error,
      testAccuracy: accuracy,
      goodnessError,
      softmaxError,
      layerErrors,
      run: folder.path,
    };
    await saver.write(() => folder.addMetrics(done));
    emit(done);
    const parts = [
      lossCurve(losses),
      confusionTable(evaluation),
      layerTable(layerWidths(recipe).slice(1), evaluation, layers),
      troublesOf(layers ?? [], thresholds)
        .map((found) => troubleSentence(found, learningRate)).join("\n"),
      figures(evaluation),
    ];
    say(parts.filter((part) => part !== "").join("\n\n"));
    if (best) {
      say(`the model is that of epoch ${best.epoch}, the best on the held-out images`);
    }
    say(
      `trained in ${duration(trainSeconds)}; the run is in ${folder.path}, ${
        reportCommand(folder.path)
      } draws it`,
    );
    return EXIT.done;
  } catch (error) {
    progress.stop();
    if (!(error instanceof Interrupted)) throw saver.explain(error);
    if (network.update > 0) trainSeconds += (performance.now() - since) / 1000;
    await save(async () => {
      if (!best?.epoch) await folder.saveModel(network, info());
    });
    const [resume, test] = [resumeCommand(folder.path), evalCommand(folder.path)];
    console.error(
      `interrupted after ${network.epoch} of ${recipe.epochs} epochs: the run is saved, ` +
        `${resume} goes on with it and ${test} tests the model as it is`,
    );
    return error.code;
  } finally {
    progress.stop();
  }
}

const FITS = ["fitted", "whole"] as const;

function readPictures(text: string | undefined): PictureStyle["fit"] | undefined {
  return text === undefined ? undefined : oneOf("pictures", text, FITS) as PictureStyle["fit"];
}

function readKeep(text: string | undefined, { validation }: Limits): Keep {
  const keep = oneOf("model to keep", text ?? "last", KEEPS) as Keep;
  if (keep === "best" && !validation) {
    throw new UsageError(
      "--keep best chooses by held-out images and there are none: hold some out with --validation 10000",
    );
  }
  return keep;
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

// `ff eval`: tests a saved model.

import { layerWidths } from "@forward-forward/core/training";
import { channelsOf } from "@forward-forward/core/data";
import { evaluateScores } from "@forward-forward/core/scoring";
import { type Arguments, type Flags, whole } from "../shared/arguments.ts";
import { backendHelp, backendNames, openBackend } from "../shared/backends.ts";
import { datasetNames, loadTest } from "../data/data.ts";
import { noProgress, showProgress } from "../display/progress.ts";
import { confusionTable, figures, layerTable } from "../display/summary.ts";
import { count, plural } from "../display/words.ts";
import { kindOf } from "../kinds/kinds.ts";
import { EXIT, UsageError } from "../shared/errors.ts";
import { onInterrupt } from "../shared/interrupt.ts";
import { datasetOf, readModel, rebuild, requireFinite, requireFit } from "../run/model_file.ts";

/** The flags of `ff eval`. */
export const flags: Flags = {
  backend: {
    value: "NAME",
    help: backendHelp,
    choices: backendNames,
  },
  dataset: {
    value: "NAME|DIR|FILE",
    help: "the data set the model was trained on by default",
    choices: datasetNames,
  },
  "test-limit": { value: "N", help: "test on the first N images (of a text, strings)" },
  json: { value: "", help: "one JSON object on stdout, nothing else there" },
  help: { value: "", help: "this text" },
};

/** Runs `ff eval` and returns its exit code. */
export async function run(args: Arguments): Promise<number> {
  const [path, surplus] = args.rest;
  if (path === undefined) {
    throw new UsageError("eval needs a model: ff eval RUN, a run folder or a model.safetensors");
  }
  if (surplus !== undefined) throw new UsageError(`eval takes one model, got "${surplus}" too`);
  const limit = args.text("test-limit");
  const most = limit === undefined ? undefined : whole("test-limit", limit, 1);
  const model = await readModel(path);
  const { info } = model;
  const { backend: opened } = await openBackend(args.text("backend") ?? "auto");
  using backend = opened;
  using network = await rebuild(backend, model);
  const dataset = datasetOf(model, args.text("dataset"));
  const test = await loadTest(dataset, {
    limit: most,
    classes: info.recipe.classes,
    channels: channelsOf(info.image),
    names: info.names,
  });
  requireFit(model, test, dataset);
  const json = args.given("json");
  const { items, labelsAreNamed } = kindOf(test);
  const progress = json ? noProgress : showProgress(test.count, { items });
  using interrupt = onInterrupt(progress.stop);
  const scores = await network.score(test, {
    signal: interrupt.signal,
    onProgress: progress.test,
  }).finally(progress.stop);
  requireFinite(model, scores);
  const evaluation = evaluateScores(scores, test.labels, info.recipe);
  if (json) {
    const { error, accuracy, confusion, ...rest } = evaluation;
    console.log(JSON.stringify({
      event: "done",
      backend: backend.name,
      device: backend.device,
      recipe: info.recipe.name,
      seed: info.seed,
      epochs: info.epoch,
      testError: error,
      testAccuracy: accuracy,
      ...rest,
      confusion: Array.from(confusion),
      model: model.path,
    }));
  } else {
    const { recipe, epoch, seed } = info;
    console.log([
      `${model.path}: recipe ${recipe.name}, ${layerWidths(recipe).join("-")}, ` +
      `${plural(epoch, "epoch")}, seed ${seed}`,
      `${count(test.count)} ${items} of ${dataset} on ${backend.name}, ${backend.device}\n`,
      `${confusionTable(evaluation, labelsAreNamed ? info.names : null)}\n`,
      `${layerTable(layerWidths(recipe).slice(1), evaluation)}\n`,
      figures(evaluation),
    ].join("\n"));
  }
  return EXIT.done;
}

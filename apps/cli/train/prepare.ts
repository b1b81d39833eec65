// What `ff train` needs before there is a run to save: settings, a backend, data and a network, new or gone on with.

import { layerWidths } from "@forward-forward/core/training";
import { type Backend, BestEpoch, FFNetwork, type Recipe } from "@forward-forward/core";
import { channelsOf } from "@forward-forward/core/data";
import { type Limits, loadData, type NamedData } from "../data/data.ts";
import { type DataIdentity, identify, type Keep } from "../run/checkpoint.ts";
import type { About } from "../kinds/kind.ts";
import { kindOf } from "../kinds/kinds.ts";
import type { Arguments } from "../shared/arguments.ts";
import { openBackend, readThreads } from "../shared/backends.ts";
import { UsageError } from "../shared/errors.ts";
import type { Config } from "./config.ts";
import { readKeep, readPictures, trainFlags } from "./flags.ts";
import { bestBefore, readResumption, requireSameData, restore, type Resumption } from "./resume.ts";
import { fitRecipe, readSettings } from "./settings.ts";

/** A run that is about to begin, or to go on. */
export interface Prepared {
  /** The run that it goes on with, locked, or null for a new one. */
  resumed: Resumption | null;
  /** The backend. */
  backend: Backend;
  /** Why `auto` chose it, if it did. */
  why: string | null;
  /** What would be the better choice, if anything. */
  advice: string | null;
  /** The recipe, fitted to the data. */
  recipe: Recipe;
  /** The seed. */
  seed: number;
  /** The data set's name or folder. */
  dataset: string;
  /** How much of it was asked for. */
  limits: Limits;
  /** The images. */
  data: NamedData;
  /** Told from any others. */
  identity: DataIdentity;
  /** What a model is to say of the data. */
  about: About;
  /** Which epoch's model the run ends with. */
  keep: Keep;
  /** The best epoch so far, where that is kept. */
  best: BestEpoch | null;
  /** The network, where the run stands. */
  network: FFNetwork;
}

/** Prepares a run; `held` frees all of it. Throws a {@linkcode UsageError} for what cannot be. */
export async function prepare(args: Arguments, held: DisposableStack): Promise<Prepared> {
  const run = args.text("resume");
  const resumed = run === undefined ? null : await readResumption(args, run, trainFlags);
  if (resumed) held.use(resumed);
  const saved = resumed?.found.state;
  const configFile = args.text("config");
  // Loaded when it is needed: most runs have no use for a validator.
  const config: Config = configFile === undefined
    ? {}
    : await (await import("./config.ts")).readConfig(configFile);
  const { draft, seed, dataset, limits } = resumed && saved
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
  const { backend, why, advice } = await openBackend(wanted, { threads });
  held.use(backend);
  const style = readPictures(args.text("pictures") ?? config.pictures);
  // What a run began with, it goes on with; characters to be fitted are grey.
  const channels = saved ? channelsOf(saved.info.image) : style === "fitted" ? 1 : undefined;
  const data = await loadData(dataset, limits, channels);
  const identity = await identify(data);
  if (saved) requireSameData(run!, identity, saved.data);
  const { info } = saved ?? {};
  const about = info
    ? info.kind === undefined ? { pictures: info.pictures } : { kind: info.kind }
    : kindOf(data.train)
      .about(data.train, readPictures(args.text("pictures") ?? config.pictures));
  const layersGiven = args.text("layers") !== undefined || config.recipe?.layers !== undefined;
  // A configuration's label is the draft's unless --recipe names another recipe.
  const labelGiven = draft.label === config.recipe?.label;
  const recipe = saved ? draft : fitRecipe(draft, data, dataset, layersGiven, labelGiven);
  const blank = resumed !== null;
  const network = held.use(
    makeNetwork(() => new FFNetwork(backend, recipe, { seed, blank }), recipe),
  );
  if (resumed) restore(network, resumed.found);
  const best = keep === "best"
    ? new BestEpoch(resumed ? await bestBefore(resumed) : undefined)
    : null;
  return {
    ...{ resumed, backend, why, advice, recipe, seed, dataset, limits, data, identity, about },
    ...{ keep, best, network },
  };
}

// Layers can be too large for the memory there is, which nobody knows before they are made.
function makeNetwork(make: () => FFNetwork, recipe: Recipe): FFNetwork {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(
      `a network of ${layerWidths(recipe).join("-")} cannot be made here (${error.message}): ` +
        `give smaller --layers`,
      { cause: error },
    );
  }
}

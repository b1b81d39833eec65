// The folder of a run, from its first file on.

import { FORMAT } from "@forward-forward/core/model";
import type { Recipe } from "@forward-forward/core";
import { kindOf } from "../kinds/kinds.ts";
import { describeModel, type ModelInfo } from "../run/model_file.ts";
import { RunFolder } from "../run/run_folder.ts";
import { lockRun } from "../run/run_lock.ts";
import { RunSaver } from "../run/run_saver.ts";
import { configOf } from "../run/run_settings.ts";
import { VERSION } from "../version.ts";
import type { Prepared } from "./prepare.ts";
import { describePosition } from "./resume.ts";

/** Numbers of images. */
export interface ImageCounts {
  /** Trained on. */
  train: number;
  /** Held out. */
  validation: number;
  /** Tested on. */
  test: number;
}

/** A run that has a folder. */
export interface Begun {
  /** The folder. */
  folder: RunFolder;
  /** Saves it as it goes. */
  saver: RunSaver;
  /** Numbers of images. */
  images: ImageCounts;
  /** What its model says of itself at this moment. */
  info: () => ModelInfo;
}

/**
 * Makes a run's folder, or takes it up again, and saves where it stands; `held` frees its lock. `trainSeconds` tells how long it was
 * trained.
 */
export async function begin(
  prepared: Prepared,
  out: string | undefined,
  trainSeconds: () => number,
  held: DisposableStack,
): Promise<Begun> {
  const { resumed, backend, recipe, seed, dataset, limits, data, identity, about } = prepared;
  const { keep, network } = prepared;
  const started = new Date();
  const folder = resumed?.folder ?? await makeFolder(out, recipe, started);
  const lock = resumed?.lock ?? held.use(await lockRun(folder.path));
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
    ...configOf({ dataset, limits, images, seed, keep, pictures: about.pictures?.fit, recipe }),
  };
  const image = kindOf(data.train).plane(data.train);
  const { names } = data;
  const info = (): ModelInfo => {
    const { epoch } = network;
    return describeModel({
      recipe,
      seed,
      epoch,
      dataset,
      image,
      names,
      ...about,
    });
  };
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
      trainSeconds: trainSeconds(),
    }),
    newest: resumed?.found.index,
  });
  if (!resumed) {
    await saver.write(() => folder.saveConfig(settings));
    await saver.save();
    return { folder, saver, images, info };
  }
  const { damage, path, state: { checkpoint } } = resumed.found;
  if (damage) console.error(`${damage}; going on from ${path}, ${describePosition(checkpoint)}`);
  const { epoch, update } = checkpoint;
  await saver.write(async () => {
    await folder.tidy();
    await folder.cutMetrics(epoch);
    const before = resumed.config ?? settings;
    const entries = "resumed" in before && Array.isArray(before.resumed) ? before.resumed : [];
    const entry = { ...ran, dataset, epochs: recipe.epochs, epoch, update };
    await folder.saveConfig({ ...before, dataset, recipe, resumed: [...entries, entry] });
  });
  return { folder, saver, images, info };
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

// `ff sweep DIR --status` and `--report`: what there is of a sweep, whatever runs it.

import { EXIT, UsageError } from "../shared/errors.ts";
import { kindOf } from "../kinds/kinds.ts";
import { lockRun } from "../run/run_lock.ts";
import { conclude, printer } from "./conclude.ts";
import { queuedTasks, readJobs } from "./engines/slurm_queue.ts";
import { fitPlan } from "./fit_plan.ts";
import { makePlan, trialsOf } from "./plan.ts";
import { blindness, statusOf, statusText } from "./status.ts";
import { refusing, type SweepFile } from "./sweep_file.ts";
import { type Planned, SweepFolder } from "./sweep_folder.ts";
import { loadTrainingData } from "./training_data.ts";

/** Shows how each trial stands and returns the exit code. */
export async function showStatus(path: string, json: boolean): Promise<number> {
  const folder = SweepFolder.at(path);
  const { file } = await folder.readSettings(refusing(`${folder.path}/sweep.json`));
  const trials = trialsOf((await planOf(folder, file)).plan);
  const results = await folder.collectResults(trials);
  const jobs = await readJobs(folder.path);
  const queue = await queuedTasks(jobs);
  const statuses = await statusOf(folder, { trials, results, queue: queue ?? new Map() });
  const { emit, say } = printer(json);
  for (const { trial: { index, setting: { name, recipe }, seed }, ...status } of statuses) {
    const { state, epochs: epoch, secondsLeft, note } = status;
    const { epochs } = recipe;
    emit({ event: "trial", index, name, seed, state, epoch, epochs, secondsLeft, note });
  }
  say(statusText(statuses));
  if (queue === null) {
    console.error(
      "Slurm cannot be asked here (squeue is missing, or fails): what waits is shown as new or stopped",
    );
    return EXIT.done;
  }
  const blind = await blindness(folder, statuses, jobs);
  if (blind !== null) throw new UsageError(blind);
  return EXIT.done;
}

/** Ranks what is finished, writes its page and returns the exit code. */
export async function showReport(path: string, json: boolean): Promise<number> {
  const folder = SweepFolder.at(path);
  const { file, ran } = await folder.readSettings(refusing(`${folder.path}/sweep.json`));
  const { plan, images, items } = await planOf(folder, file);
  const trials = trialsOf(plan);
  const results = await folder.collectResults(trials);
  await keep(folder, () => folder.saveResults(results));
  const { backend: name, device } = ran;
  await conclude(printer(json), {
    ...{ folder, plan, results, images, items },
    trials: trials.length,
    dataset: file.dataset ?? "mnist",
    backend: { name, device },
  });
  return EXIT.done;
}

// Writes what was collected, unless a process is at work here that does so itself.
async function keep(folder: SweepFolder, save: () => Promise<void>): Promise<void> {
  let lock;
  try {
    lock = await lockRun(folder.path);
  } catch (error) {
    if (error instanceof UsageError) return;
    throw error;
  }
  using _lock = lock;
  await save();
}

// The plan of a sweep, which only those have written down whose trials are processes of their own.
async function planOf(folder: SweepFolder, file: SweepFile): Promise<Planned> {
  if (await folder.isPlanned()) return await folder.readPlan();
  const refuse = refusing(`${folder.path}/sweep.json`);
  const dataset = file.dataset ?? "mnist";
  const { train, validation } = await loadTrainingData(dataset, file, refuse);
  const plan = fitPlan(makePlan(file, refuse), { train, dataset, recipe: file.recipe }, refuse);
  const images = { train: train.count, validation: validation?.count ?? 0 };
  return { plan, images, items: kindOf(train).items };
}

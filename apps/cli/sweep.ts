// `ff sweep`: trains a recipe in several settings and compares them on images held out of the training set.

import type { Arguments, Flags } from "./arguments.ts";
import { openBackend } from "./backends.ts";
import { identifyPart } from "./checkpoint.ts";
import { differences, summary } from "./differences.ts";
import { noProgress, showProgress } from "./display/progress.ts";
import { count, duration, percent, plural } from "./display/words.ts";
import { clause, EXIT, Interrupted, UsageError } from "./errors.ts";
import { onInterrupt } from "./interrupt.ts";
import type { Refuse } from "./json_file.ts";
import { lockRun, type RunLock } from "./run_lock.ts";
import { shellWord } from "./shell_word.ts";
import { fitPlan, makePlan, type Trial, trialsOf } from "./sweep/plan.ts";
import { isSound, rank, rankingText } from "./sweep/ranking.ts";
import { runTrial, type TrialResult } from "./sweep/run_trial.ts";
import { readSweep, type SweepFile } from "./sweep/sweep_file.ts";
import { type Ran, SweepFolder } from "./sweep/sweep_folder.ts";
import { loadTrainingData, type TrainingData } from "./sweep/training_data.ts";
import { VERSION } from "./version.ts";

/** The flags of `ff sweep`. */
export const sweepFlags: Flags = {
  out: { value: "DIR", help: "the sweep's folder, sweeps/<time>-<recipe> by default" },
  resume: { value: "DIR", help: "go on with the sweep in DIR, from its first trial not finished" },
  "retry-failed": {
    value: "",
    help: "with --resume: try again what failed, for want of memory perhaps",
  },
  json: { value: "", help: "one JSON object a line on stdout, nothing else there" },
  help: { value: "", help: "this text" },
};

/** Runs `ff sweep` and returns its exit code. */
export async function sweep(args: Arguments): Promise<number> {
  using begun = await begin(args);
  const { file, refuse, resumed } = begun;
  const draft = makePlan(file, refuse);
  const { backend: opened, why } = await openBackend(
    resumed?.ran.backend ?? file.backend ?? "auto",
  );
  using backend = opened;
  const dataset = file.dataset ?? "mnist";
  const data = await loadTrainingData(dataset, file, refuse);
  const plan = fitPlan(draft, { train: data.train, dataset, recipe: file.recipe }, refuse);
  const trials = trialsOf(plan);
  const ran: Ran = {
    command: ["ff", ...Deno.args],
    started: new Date().toISOString(),
    backend: backend.name,
    device: backend.device,
    versions: { ff: VERSION, ...Deno.version, target: Deno.build.target },
    data: await identify(data),
    settings: {
      validation: file.validation,
      limits: file.limits ?? {},
      recipe: plan.base,
    },
  };
  if (resumed) {
    requireSameSettings(resumed.folder.path, ran, resumed.ran);
    requireSameData(resumed.folder.path, ran, resumed.ran);
  }
  const known = resumed ? await resumed.folder.readResults(trials) : [];
  const retry = args.given("retry-failed");
  const results = known.filter(({ failed }) => !retry || failed === null);

  let progress = noProgress;
  // From here on there is a sweep to save.
  using interrupt = onInterrupt(() => progress.stop());
  const folder = resumed?.folder ?? await makeFolder(args.text("out"), plan.base.name, ran.started);
  using own = resumed ? null : await lockRun(folder.path);
  const lock = resumed?.lock ?? own!;
  if (resumed) await folder.tidy();
  else await folder.saveSettings(file, ran);
  const { path } = folder;
  const goesOn = `ff sweep --resume ${shellWord(path)} goes on with it`;

  const json = args.given("json");
  const emit = (event: Record<string, unknown>): void => {
    if (json) console.log(JSON.stringify(event));
  };
  const say = (text: string): void => {
    if (!json) console.log(text);
  };
  const images = { train: data.train.count, validation: data.validation.count };
  const { name: recipe } = plan.base;
  emit({
    event: "start",
    backend: backend.name,
    device: backend.device,
    recipe,
    dataset,
    images,
    settings: plan.settings.length,
    seeds: plan.seeds,
    trials: trials.length,
    finished: results.length,
    sweep: path,
  });
  say(
    [
      `sweep of recipe ${recipe}: ${plural(plan.settings.length, "setting")} by ` +
      `${plural(plan.seeds.length, "seed")}, ${plural(trials.length, "trial")}`,
      `data     ${dataset}: ${count(images.train)} images to train on, ${
        count(images.validation)
      } held ` +
      `out to judge by; the test images are not read`,
      `backend  ${backend.name}, ${backend.device}${why ? ` (auto: ${why})` : ""}`,
      `sweep    ${path}`,
      ...(resumed ? [`resumed  ${finished(results, trials.length)}`] : []),
    ].join("\n") + "\n",
  );

  const writePage = async (): Promise<string | null> => {
    const ranked = rank(plan.settings, results);
    if (ranked.length === 0) return null;
    // Vega is loaded when a page is written.
    const { sweepPage } = await import("./sweep/sweep_page.ts");
    const { base } = plan;
    const findings = { path, base, ranked, trials: trials.length, dataset, images, backend };
    return await folder.savePage(await sweepPage(findings));
  };
  const shown = !json && Deno.stderr.isTerminal();
  try {
    for (const trial of trials) {
      if (results.some(({ index }) => index === trial.index)) continue;
      interrupt.signal.throwIfAborted();
      if (shown) progress = showProgress(data.train.count);
      const result = await runTrial(trial, {
        backend,
        data,
        signal: interrupt.signal,
        onUpdate: progress.update,
        onEpoch: progress.epoch,
      });
      progress.stop();
      results.push(result);
      await lock.renew();
      await folder.saveResults(results);
      emit({ event: "trial", ...result });
      say(trialLine(trial, trials.length, result));
    }
  } catch (error) {
    progress.stop();
    if (!(error instanceof Interrupted)) throw explained(error, path, goesOn);
    await writePage();
    console.error(
      `interrupted after ${results.length} of ${
        plural(trials.length, "trial")
      }: those are saved, ${goesOn}`,
    );
    return error.code;
  }
  const page = await writePage();
  const ranked = rank(plan.settings, results);
  const [best] = ranked;
  const sound = best !== undefined && isSound(best);
  emit({
    event: "done",
    trials: results.length,
    diverged: results.filter(({ diverged }) => diverged !== null).length,
    failed: results.filter(({ failed }) => failed !== null).length,
    best: sound
      ? {
        name: best.name,
        set: best.set,
        validationError: best.validationError,
        deviation: best.deviation,
      }
      : null,
    trainSeconds: results.reduce((sum, { trainSeconds }) => sum + trainSeconds, 0),
    sweep: path,
    page,
  });
  say(`\n${rankingText(ranked)}\n\nthe sweep is in ${path}, its page is ${page}`);
  return EXIT.done;
}

// What a command line asks for: a new sweep, or one to go on with, which stays locked.
interface Begun extends Disposable {
  file: SweepFile;
  refuse: Refuse;
  resumed: { folder: SweepFolder; ran: Ran; lock: RunLock } | null;
}

async function begin(args: Arguments): Promise<Begun> {
  const [path, surplus] = args.rest;
  const run = args.text("resume");
  if (surplus !== undefined) {
    throw new UsageError(`sweep takes one file, got "${surplus}" too: make a sweep of each`);
  }
  if (run === undefined) {
    if (args.given("retry-failed")) {
      throw new UsageError("--retry-failed is for a sweep that goes on: give --resume DIR with it");
    }
    if (path === undefined) {
      throw new UsageError("sweep needs a file: ff sweep FILE, such as examples/sweep.json");
    }
    const refuse = refusing(path);
    const file = await readSweep(path, refuse);
    return { file, refuse, resumed: null, [Symbol.dispose](): void {} };
  }
  if (path !== undefined || args.text("out") !== undefined) {
    const what = path === undefined ? "--out" : `"${path}"`;
    throw new UsageError(
      `${what} cannot be given with --resume, which goes on with the sweep in ${run}: leave it out`,
    );
  }
  const folder = SweepFolder.at(run);
  const refuse = refusing(`${folder.path}/sweep.json`);
  const { file, ran } = await folder.readSettings(refuse);
  const lock = await lockRun(run);
  const dispose = (): void => lock[Symbol.dispose]();
  return { file, refuse, resumed: { folder, ran, lock }, [Symbol.dispose]: dispose };
}

function refusing(path: string): Refuse {
  return (why, cause) => {
    throw new UsageError(`${path} ${why}`, { cause });
  };
}

async function makeFolder(
  out: string | undefined,
  recipe: string,
  started: string,
): Promise<SweepFolder> {
  if (out !== undefined) return await SweepFolder.create(out);
  const stamp = started.slice(0, 19).replaceAll(":", "-");
  return await SweepFolder.createFree(`sweeps/${stamp}-${recipe}`);
}

async function identify({ train, validation }: TrainingData): Promise<Ran["data"]> {
  return {
    train: (await identifyPart(train)).sha256,
    validation: (await identifyPart(validation)).sha256,
  };
}

function requireSameData(path: string, now: Ran, then: Ran): void {
  for (const part of ["train", "validation"] as const) {
    if (now.data[part] === then.data[part]) continue;
    throw new UsageError(
      `the ${
        part === "train" ? "training" : "held-out"
      } images are not those that the sweep in ${path} ` +
        `began with, and its errors would not compare: give the same data, or begin anew`,
    );
  }
}

function requireSameSettings(path: string, now: Ran, then: Ran): void {
  const edits = then.settings
    ? differences(...[then, now].map(({ settings }) => plain(settings)) as [unknown, unknown])
    : [];
  if (edits.length === 0) return;
  throw new UsageError(
    `${path}/sweep.json was edited since the sweep began (${
      summary(edits)
    }), and its trials would not ` +
      `compare: undo that, or begin a new sweep with it`,
  );
}

// As it comes back from a file.
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function finished(results: readonly TrialResult[], trials: number): string {
  const failed = results.filter(({ failed }) => failed !== null).length;
  const more = failed > 0 ? `, of which ${failed} failed: --retry-failed tries those again` : "";
  return `${results.length} of ${trials} trials are finished${more}`;
}

function trialLine(
  { index, setting: { name }, seed }: Trial,
  trials: number,
  { validationError, trainSeconds, diverged, failed }: TrialResult,
): string {
  const outcome = diverged ?? failed ?? `error ${percent(validationError!)}`;
  return `${index + 1}/${trials}  ${name}  seed ${seed}  ${outcome}  ${duration(trainSeconds)}`;
}

// What ended a sweep, with the command that goes on with it.
function explained(error: unknown, path: string, goesOn: string): unknown {
  const known = [UsageError, Deno.errors.NotCapable];
  if (!(error instanceof Error) || known.some((kind) => error instanceof kind)) return error;
  const why = clause(error.message);
  return new Error(`the sweep in ${path} stopped (${why}): what is finished is saved, ${goesOn}`, {
    cause: error,
  });
}

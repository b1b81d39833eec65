// From what was asked for to what can run: the backend, the images, the plan that fits them, and what is known already.

import type { Backend } from "@forward-forward/core";
import type { Arguments } from "../shared/arguments.ts";
import { backendNames, openBackend, readThreads } from "../shared/backends.ts";
import { datasetFor } from "../data/default_dataset.ts";
import { oneOf } from "../shared/arguments.ts";
import { differences, summary } from "../run/differences.ts";
import { UsageError } from "../shared/errors.ts";
import { VERSION } from "../version.ts";
import type { Begun } from "./begin.ts";
import { type EngineOptions, readEngine } from "./engines/options.ts";
import { kindOf } from "../kinds/kinds.ts";
import { fitPlan } from "./fit_plan.ts";
import { makePlan, type Plan, type Trial, trialsOf } from "./plan.ts";
import { triesNothing } from "./sweep_file.ts";
import type { Ran } from "./ran.ts";
import {
  identifyTraining,
  loadTrainingData,
  requireSameImages,
  type TrainingData,
} from "./training_data.ts";
import type { TrialResult } from "./trial_result.ts";

/** A sweep that can run. */
export interface Prepared {
  /** What runs its trials, null for this process. */
  engine: EngineOptions | null;
  /** The backend, where this process trains; to be disposed of. */
  backend: Backend | null;
  /** Why `auto` took it, or null. */
  why: string | null;
  /** The images. */
  data: TrainingData;
  /** Their data set's name or folder. */
  dataset: string;
  /** How many there are, or how many of what else is predicted. */
  images: { train: number; validation: number };
  /** What those are called. */
  items: string;
  /** The plan that fits them. */
  plan: Plan;
  /** Its trials. */
  trials: Trial[];
  /** Where it runs, on what. */
  ran: Ran;
  /** Results that are there. */
  known: TrialResult[];
}

/** Prepares a sweep; nothing is written. */
export async function prepare(args: Arguments, begun: Begun): Promise<Prepared> {
  const { file, refuse, resumed } = begun;
  // Runs that are tested are kept, each in its folder.
  const was = resumed?.ran.engine ??
    (triesNothing(file) ? { on: "local" as const, jobs: 1 } : null);
  const engine = readEngine(args, was);
  const draft = makePlan(file, refuse);
  const chosen = await choose(args, begun, engine);
  using stack = new DisposableStack();
  if (chosen.backend) stack.use(chosen.backend);
  const dataset = datasetFor(file.dataset, draft.base.name);
  const data = await loadTrainingData(dataset, file, refuse);
  const plan = fitPlan(draft, { train: data.train, dataset, recipe: file.recipe }, refuse);
  const trials = trialsOf(plan);
  const { name, device, threads } = chosen;
  const ran: Ran = {
    command: resumed?.ran.command ?? ["ff", ...Deno.args],
    started: resumed?.ran.started ?? new Date().toISOString(),
    backend: name,
    device,
    versions: { ff: VERSION, ...Deno.version, target: Deno.build.target },
    data: await identifyTraining(data),
    settings: {
      ...(file.validation === undefined ? {} : { validation: file.validation }),
      limits: file.limits ?? {},
      recipe: plan.base,
    },
    ...(threads === undefined ? {} : { threads }),
    ...(engine ? { engine } : {}),
  };
  if (resumed) {
    requireSameSettings(resumed.folder.path, ran, resumed.ran);
    requireSameImages(resumed.folder.path, ran.data, resumed.ran.data);
  }
  const known = resumed ? await resumed.folder.collectResults(trials) : [];
  const images = { train: data.train.count, validation: data.validation?.count ?? 0 };
  stack.move();
  const { backend, why } = chosen;
  const { items } = kindOf(data.train);
  return { engine, backend, why, data, dataset, images, items, plan, trials, ran, known };
}

interface Chosen {
  name: string;
  device: string;
  threads: number | undefined;
  /** Open, where this process trains. */
  backend: Backend | null;
  why: string | null;
}

async function choose(
  args: Arguments,
  { file, resumed }: Begun,
  engine: EngineOptions | null,
): Promise<Chosen> {
  const wanted = resumed?.ran.backend ?? file.backend ?? "auto";
  const threads = chooseThreads(args, wanted, { engine, was: resumed?.ran ?? null });
  if (engine?.on === "slurm") return chooseForNodes(wanted, engine, threads);
  const { backend, why } = await openBackend(wanted, { threads });
  const { name, device } = backend;
  if (engine) backend.dispose();
  return { name, device, threads, backend: engine ? null : backend, why };
}

// Threads are a sweep's from its beginning to its end: they may change the last bits of its numbers.
function chooseThreads(
  args: Arguments,
  backend: string,
  { engine, was }: { engine: EngineOptions | null; was: Ran | null },
): number | undefined {
  const asked = readThreads(args, backend);
  const cpus = engine?.on === "slurm" ? engine.cpusPerTask : undefined;
  if (engine?.on === "slurm" && asked !== undefined) {
    throw new UsageError(
      `--threads ${asked} is --cpus-per-task ${asked} with --on slurm: give that instead`,
    );
  }
  const before = was?.threads;
  if (asked !== undefined && before !== undefined && asked !== before) {
    throw new UsageError(
      `--threads ${asked} cannot change the ${before} of this sweep, whose trials go on with the threads they ` +
        `began with: leave it out`,
    );
  }
  const threads = before ?? asked ?? cpus;
  if (threads !== undefined) return threads;
  if (!engine) return;
  if (engine.on === "slurm") return 1;
  return Math.max(1, Math.floor(navigator.hardwareConcurrency / engine.jobs));
}

// The nodes have what the machine that submits may not.
function chooseForNodes(
  wanted: string,
  { gpusPerTask }: { gpusPerTask?: string },
  threads: number | undefined,
): Chosen {
  oneOf("backend", wanted, backendNames);
  if (gpusPerTask !== undefined && !["auto", "webgpu", "tfjs"].includes(wanted)) {
    throw new UsageError(
      `--gpus-per-task ${gpusPerTask} is for trials on a GPU, and these run on ${wanted}: leave it out, or let ` +
        `the sweep's file say "backend": "webgpu"`,
    );
  }
  const name = wanted === "auto" ? gpusPerTask === undefined ? "onnx" : "webgpu" : wanted;
  const on = name === "onnx" ? `${threads} CPU threads of ` : "";
  return { name, device: `${on}Slurm's nodes`, threads, backend: null, why: null };
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

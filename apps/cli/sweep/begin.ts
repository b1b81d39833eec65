// What the command line of `ff sweep` asks for: a new sweep, or one to go on with.

import { recipes } from "@forward-forward/core";
import { type Arguments, oneOf, whole } from "../shared/arguments.ts";
import { UsageError } from "../shared/errors.ts";
import type { Refuse } from "../shared/json_file.ts";
import { lockRun, type RunLock } from "../run/run_lock.ts";
import { readSeeds } from "./seeds.ts";
import { readSweep, refusing, type SweepFile } from "./sweep_file.ts";
import type { Ran } from "./ran.ts";
import { SweepFolder } from "./sweep_folder.ts";

/** What a command line asks for; a sweep that goes on stays locked until this is disposed of. */
export interface Begun extends Disposable {
  /** What is tried. */
  file: SweepFile;
  /** Refuses what is wrong with that. */
  refuse: Refuse;
  /** The sweep that goes on, null for a new one. */
  resumed: { folder: SweepFolder; ran: Ran; lock: RunLock } | null;
}

// Flags that say what a file says, for a recipe as it is.
const INSTEAD_OF_FILE = ["recipe", "dataset", "backend", "validation"];

/** Reads what a command line asks for. Throws a {@linkcode UsageError} of one sentence where that is nothing. */
export async function begin(args: Arguments): Promise<Begun> {
  const [path, surplus] = args.rest;
  const run = args.text("resume");
  if (surplus !== undefined) {
    throw new UsageError(`sweep takes one file, got "${surplus}" too: make a sweep of each`);
  }
  if (run !== undefined) return await beginAgain(args, run);
  if (args.given("retry-failed")) {
    throw new UsageError("--retry-failed is for a sweep that goes on: give --resume DIR with it");
  }
  const text = args.text("seeds");
  const seeds = text === undefined ? undefined : readSeeds(text);
  const begun = (file: SweepFile, refuse: Refuse): Begun => (
    { file, refuse, resumed: null, [Symbol.dispose](): void {} }
  );
  if (args.text("recipe") !== undefined) return begun(asItIs(args, seeds), refusing("the sweep"));
  if (path === undefined) {
    throw new UsageError(
      "sweep needs a file, or a recipe and seeds: ff sweep FILE, such as examples/sweep.json, or ff sweep " +
        "--recipe quick --seeds 1..5",
    );
  }
  const flag = INSTEAD_OF_FILE.find((flag) => args.text(flag) !== undefined);
  if (flag !== undefined) {
    throw new UsageError(`--${flag} is for a recipe without a file: write it in ${path}`);
  }
  const refuse = refusing(path);
  return begun(await readSweep(path, refuse, seeds), refuse);
}

// A recipe as it is, with several seeds.
function asItIs(args: Arguments, seeds: number[] | undefined): SweepFile {
  const [path] = args.rest;
  const name = oneOf("recipe", args.text("recipe")!, Object.keys(recipes));
  if (path !== undefined) {
    throw new UsageError(`--recipe is for a recipe without a file: write it in ${path}`);
  }
  if (seeds === undefined || seeds.length < 2) {
    throw new UsageError(`--recipe ${name} needs several seeds: --seeds 1..5`);
  }
  const [dataset, backend, held] = ["dataset", "backend", "validation"].map((f) => args.text(f));
  return {
    ...(dataset !== undefined ? { dataset } : {}),
    ...(backend !== undefined ? { backend } : {}),
    ...(held !== undefined ? { validation: whole("validation", held, 1) } : {}),
    recipe: { name: name as keyof typeof recipes },
    seeds,
  };
}

async function beginAgain(args: Arguments, run: string): Promise<Begun> {
  const [path] = args.rest;
  const flag = ["out", "seeds", ...INSTEAD_OF_FILE].find((flag) => args.text(flag) !== undefined);
  if (path !== undefined || flag !== undefined) {
    const what = path === undefined ? `--${flag}` : `"${path}"`;
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

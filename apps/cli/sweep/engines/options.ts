// What runs the trials of a sweep, as --on and the flags beside it say.

import { type Arguments, oneOf, whole } from "../../shared/arguments.ts";
import { UsageError } from "../../shared/errors.ts";

/** Processes on this machine. */
export interface LocalOptions {
  /** Selects it. */
  on: "local";
  /** Trials at a time. */
  jobs: number;
}

/** Tasks of Slurm. */
export interface SlurmOptions {
  /** Selects it. */
  on: "slurm";
  /** The partition, Slurm's default where absent. */
  partition?: string;
  /** The longest that a task may take, as sbatch has it. */
  time?: string;
  /** Processors of a task, and threads of the trials of a sweep that begins. */
  cpusPerTask?: number;
  /** GPUs of a task, as sbatch has it; its trial takes webgpu. */
  gpusPerTask?: string;
  /** Tasks at a time. */
  atMost?: number;
}

/** What runs the trials. */
export type EngineOptions = LocalOptions | SlurmOptions;

/** What `--on` takes. */
export const engineNames = ["local", "slurm"] as const;

// The flags that are for one engine alone.
const OWN: Record<EngineOptions["on"], readonly string[]> = {
  local: ["jobs"],
  slurm: ["partition", "time", "cpus-per-task", "gpus-per-task", "at-most", "dry-run"],
};

/**
 * Reads the flags of engines; what they leave out is as it `was`. Null where neither they nor that say anything: then this
 * process runs the trials. Throws a {@linkcode UsageError} for flags of another engine.
 */
export function readEngine(args: Arguments, was: EngineOptions | null): EngineOptions | null {
  const text = args.text("on");
  const on = text === undefined
    ? was?.on
    : oneOf("engine", text, engineNames) as EngineOptions["on"];
  for (const name of engineNames) {
    const flag = OWN[name].find((flag) => args.text(flag) !== undefined || args.given(flag));
    if (flag === undefined || name === on) continue;
    throw new UsageError(`--${flag} is for --on ${name}: give that too, or leave it out`);
  }
  if (on === undefined) return null;
  const same = was?.on === on ? was : undefined;
  return on === "local"
    ? { on, jobs: number(args, "jobs") ?? (same as LocalOptions | undefined)?.jobs ?? 1 }
    : readSlurm(args, same as SlurmOptions | undefined);
}

function readSlurm(args: Arguments, was: SlurmOptions | undefined): SlurmOptions {
  const given: SlurmOptions = { on: "slurm" };
  const put = <K extends keyof SlurmOptions>(key: K, value: SlurmOptions[K] | undefined): void => {
    if (value !== undefined) given[key] = value;
  };
  put("partition", word(args, "partition"));
  put("time", word(args, "time"));
  put("cpusPerTask", number(args, "cpus-per-task"));
  put("gpusPerTask", word(args, "gpus-per-task"));
  put("atMost", number(args, "at-most"));
  return { ...was, ...given };
}

function number(args: Arguments, flag: string): number | undefined {
  const text = args.text(flag);
  return text === undefined ? undefined : whole(flag, text, 1);
}

// A value as it goes into a line of a batch script, which sbatch splits at blanks.
function word(args: Arguments, flag: string): string | undefined {
  const text = args.text(flag);
  if (text === undefined || /^[\w@%+=:,./-]+$/.test(text)) return text;
  throw new UsageError(
    `--${flag} ${JSON.stringify(text)} is no value for sbatch: give one without blanks and quotes`,
  );
}

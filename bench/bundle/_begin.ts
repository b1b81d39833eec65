// The first part of `./run`: what it was asked for, and whether this machine can do it.

import { parseArgs } from "@std/cli/parse-args";
import { parseArguments, select, UsageError } from "../_arguments.ts";
import { type Adapter, describeAdapter, describeMachine, OPENGL } from "../_machine.ts";
import { rows } from "../_rows.ts";
import { Tools } from "../_tools.ts";
import { type State, stateFile, writeState } from "./_state.ts";

/** Where a bundle is from. */
export interface Origin {
  /** The commit, with `+` if tracked files differed from it; `null` where git could not tell. */
  commit: string | null;
  /** When it was made, ISO 8601. */
  made: string;
  /** The version of Deno that made it, and is in it. */
  deno: string;
}

const DRIVER = "install the GPU's Vulkan driver (for NVIDIA in a container, start it with " +
  "NVIDIA_DRIVER_CAPABILITIES=all)";

/** Flags of `./run`. */
export interface RunArguments {
  only: string[];
  rounds: number;
  tests: string;
  opengl: boolean;
}

/** Parses the flags of `./run`. Throws a {@linkcode UsageError} for what it does not know or cannot use. */
export function parseRunArguments(args: readonly string[]): RunArguments {
  const own = parseArgs([...args], {
    string: ["tests", "only", "rounds"],
    boolean: ["quick", "opengl"],
    collect: ["only", "rounds"],
    unknown: (argument: string): boolean => {
      throw new UsageError(`there is no ${argument}: see ./run --help`);
    },
  }) as unknown as {
    tests?: string;
    only: string[];
    rounds: string[];
    quick: boolean;
    opengl: boolean;
  };
  const rounds = own.rounds.length > 0 ? own.rounds : own.quick ? ["1"] : [];
  const only = own.only.length > 0 ? own.only : ["webgpu"];
  const shared = parseArguments([
    ...rounds.map((value) => `--rounds=${value}`),
    ...only.map((value) => `--only=${value}`),
  ]);
  if (own.tests === "") throw new UsageError("--tests needs a value");
  return {
    only: shared.only,
    rounds: shared.rounds,
    tests: own.tests ?? "",
    opengl: own.opengl,
  };
}

/** Throws a {@linkcode UsageError} where there is no adapter worth measuring. Returns its name. */
export function requireAdapter({ adapter, driver }: Adapter, opengl: boolean): string {
  if (adapter === null) {
    throw new UsageError(`there is no WebGPU adapter on this machine: ${DRIVER}`);
  }
  if (driver === OPENGL && !opengl) {
    throw new UsageError(
      `the WebGPU adapter ${adapter} runs through ${OPENGL}: ${DRIVER}, or give --opengl`,
    );
  }
  return adapter;
}

/** A name for files: `"2026-11-27-nvidia-h100-80gb-hbm3"`. */
export function nameOf(date: string, adapter: string): string {
  const words = adapter.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "");
  return `${date.slice(0, 10)}-${words}`;
}

/** Begins the result file of a run. Returns its name. */
export async function begin(args: readonly string[]): Promise<string> {
  const { only, rounds, tests, opengl } = parseRunArguments(args);
  {
    await using tools = new Tools();
    select(rows(tools), only);
  }
  const found = await describeAdapter();
  const adapter = requireAdapter(found, opengl);
  const { commit }: Origin = JSON.parse(await Deno.readTextFile("packed/origin.json"));
  const { date, versions, commit: _, ...machine } = describeMachine({ commit });
  const state: State = {
    command: ["./run", ...args].join(" "),
    date,
    commit,
    machine: { ...machine, ...found, cuda: null },
    versions,
    asked: { only, tests },
    conformance: [],
    rounds,
    complete: false,
    rows: [],
    leftOut: [],
    failed: [],
  };
  const name = await unused(nameOf(date, adapter));
  await writeState(name, state);
  return name;
}

// The name, or the first of NAME-2, NAME-3, ... that no run has taken.
async function unused(name: string): Promise<string> {
  for (let count = 1;; count++) {
    const candidate = count === 1 ? name : `${name}-${count}`;
    try {
      (await Deno.open(stateFile(candidate), { write: true, createNew: true })).close();
      return candidate;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

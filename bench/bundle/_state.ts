// The result file of `./run`, which its parts fill one after the other: whatever ends one, the rest is kept.

import { type Result, writeResult } from "../_result.ts";

/** What one suite of conformance found. */
export interface SuiteResult {
  /** The backend's name. */
  suite: string;
  /** How many tests passed. */
  passed: number;
  /** Those that did not, and why. */
  failed: { test: string; error: string }[];
  /** What they took in all. */
  seconds: number;
  /** Whether the last test was reached: a driver may end the process. */
  complete: boolean;
}

/** Everything that a run found. */
export interface State extends Result {
  /** What was asked for. */
  asked: {
    /** Parts of the names of rows. */
    only: string[];
    /** A part of the names of the tests; all of them where empty. */
    tests: string;
  };
  /** What conformance found. */
  conformance: SuiteResult[];
}

const FOLDER = "results";

/** The file of a run. */
export function stateFile(name: string): string {
  return `${FOLDER}/${name}.json`;
}

/** The file that the benchmark writes for itself. */
export function benchFile(name: string): string {
  return `${FOLDER}/${name}.bench.json`;
}

/** Reads what a run has found so far. */
export async function readState(name: string): Promise<State> {
  return JSON.parse(await Deno.readTextFile(stateFile(name))) as State;
}

/** Writes what a run has found so far. */
export async function writeState(name: string, state: State): Promise<void> {
  await writeResult(stateFile(name), state);
}

/** Whether all tests of a suite passed, and there were some. */
export function conforms({ passed, failed, complete }: SuiteResult): boolean {
  return complete && failed.length === 0 && passed > 0;
}

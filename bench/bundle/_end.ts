// The last part of `./run`: one result file, and whether all is well.

import type { Result } from "../_result.ts";
import { suiteText } from "./_conformance.ts";
import { benchFile, conforms, readState, type State, stateFile, writeState } from "./_state.ts";

/** A run's result file with the benchmark's figures in it. */
export function merge(state: State, measured: Result): State {
  const { machine, versions, rounds, complete, rows, leftOut, failed } = measured;
  return {
    ...state,
    // How busy the machine was is of the beginning, not of what conformance left behind.
    machine: { ...machine, load: state.machine.load },
    versions,
    rounds,
    complete,
    rows,
    leftOut,
    failed,
  };
}

/** What is wrong with a run, a line each; none where all is well. */
export function faults({ conformance, complete, failed }: State): string[] {
  return [
    ...conformance.length === 0 ? ["conformance was not tested"] : [],
    ...conformance.filter((suite) => !conforms(suite)).map(suiteText),
    ...complete ? [] : ["the benchmark ended before its last row"],
    ...failed.map(({ name, subject, peer, reason }) =>
      `${name}, ${subject} beside ${peer}: ${reason}`
    ),
  ];
}

/** Puts a run's results together. Returns whether all is well. */
export async function end(name: string): Promise<boolean> {
  let state = await readState(name);
  const measured = await readMeasured(name);
  if (measured) {
    state = merge(state, measured);
    await writeState(name, state);
    await Deno.remove(benchFile(name));
  }
  const wrong = faults(state);
  for (const fault of wrong) console.error(`run: ${fault}`);
  console.log(`\n${wrong.length === 0 ? "all is well" : "something failed"}: ${stateFile(name)}`);
  return wrong.length === 0;
}

// A process that was ended before its first row left nothing.
async function readMeasured(name: string): Promise<Result | null> {
  try {
    return JSON.parse(await Deno.readTextFile(benchFile(name))) as Result;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

// The part of `./run` that puts one backend through conformance.

import { conformance } from "@forward-forward/core/conformance";
import { UsageError } from "../_arguments.ts";
import { conforms, readState, type SuiteResult, writeState } from "./_state.ts";
import { SUITES } from "./_suites.ts";

/**
 * Runs a suite, or the tests of it that were asked for, and adds what it finds to the run's result file, test by
 * test: where a driver ends the process, the file says what had passed and that the suite did not come to its end.
 */
export async function runSuite(name: string, suite: string): Promise<void> {
  const create = SUITES[suite];
  if (!create) throw new UsageError(`there is no suite ${suite}`);
  const state = await readState(name);
  const found: SuiteResult = { suite, passed: 0, failed: [], seconds: 0, complete: false };
  state.conformance.push(found);
  await writeState(name, state);

  const tests: { test: string; body: () => Promise<void> }[] = [];
  conformance({ name: suite, create, test: (test, body) => tests.push({ test, body }) });
  const start = performance.now();
  for (const { test, body } of tests) {
    if (!test.includes(state.asked.tests)) continue;
    progress(test);
    try {
      await body();
      found.passed++;
    } catch (error) {
      found.failed.push({ test, error: error instanceof Error ? error.message : String(error) });
    }
    found.seconds = Number(((performance.now() - start) / 1000).toFixed(1));
    await writeState(name, state);
  }
  found.complete = true;
  await writeState(name, state);
  progress("");
  console.log(suiteText(found));
}

// Failures told to people; the file has them all.
const MOST_SHOWN = 10;

/** A suite as people read it. */
export function suiteText(found: SuiteResult): string {
  const { suite, passed, failed, seconds, complete } = found;
  const counts = `${passed} passed, ${failed.length} failed, ${seconds.toFixed(0)} s`;
  const end = complete ? conforms(found) ? "" : ", FAILED" : ", ENDED BEFORE ITS LAST TEST";
  const reasons = failed.slice(0, MOST_SHOWN).map(({ test, error }) =>
    `\n  ${test}: ${error.replaceAll("\n", " ")}`
  );
  if (failed.length > MOST_SHOWN) reasons.push(`\n  and ${failed.length - MOST_SHOWN} more`);
  return `conformance of ${suite.padEnd(20)}${counts}${end}${reasons.join("")}`;
}

function progress(text: string): void {
  if (!Deno.stderr.isTerminal()) return;
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${text}`));
}

// What there is of a sweep, told: the header it begins with, its page, and the ranking it ends with.

import { count, plural } from "../display/words.ts";
import type { Prepared } from "./prepare.ts";
import { isSound, rank, type Ranked, rankingText } from "./ranking.ts";
import type { Plan } from "./plan.ts";
import type { SweepFolder } from "./sweep_folder.ts";
import type { TrialResult } from "./trial_result.ts";

/** Prints: for people, or an object a line for programs. */
export interface Printer {
  /** An event, for programs. */
  emit(event: Record<string, unknown>): void;
  /** A text, for people. */
  say(text: string): void;
}

/** A printer for one of the two. */
export function printer(json: boolean): Printer {
  return {
    emit: (event) => json && console.log(JSON.stringify(event)),
    say: (text) => json || console.log(text),
  };
}

/** Says what begins. */
export function announce(
  { emit, say }: Printer,
  { plan, trials, dataset, images, items, ran: { backend, device }, known, why }: Prepared,
  { path, resumed }: { path: string; resumed: boolean },
): void {
  const { name: recipe } = plan.base;
  emit({
    event: "start",
    ...{ backend, device, recipe, dataset, images },
    settings: plan.settings.length,
    seeds: plan.seeds,
    trials: trials.length,
    finished: known.length,
    sweep: path,
  });
  const held = images.validation > 0 ? count(images.validation) : "none";
  const judged = plan.tested
    ? `${held} held out; nothing is chosen, so each network is tested once`
    : `${held} held out to judge by; the test ${items} are not read`;
  say(
    [
      `sweep of recipe ${recipe}: ${plural(plan.settings.length, "setting")} by ` +
      `${plural(plan.seeds.length, "seed")}, ${plural(trials.length, "trial")}`,
      `data     ${dataset}: ${count(images.train)} ${items} to train on, ${judged}`,
      `backend  ${backend}, ${device}${why ? ` (auto: ${why})` : ""}`,
      `sweep    ${path}`,
      ...(resumed ? [`resumed  ${finished(known, trials.length)}`] : []),
    ].join("\n") + "\n",
  );
}

function finished(results: readonly TrialResult[], trials: number): string {
  const failed = results.filter(({ failed }) => failed !== null).length;
  const more = failed > 0 ? `, of which ${failed} failed: --retry-failed tries those again` : "";
  return `${results.length} of ${trials} trials are finished${more}`;
}

/** What a page is made from. */
export interface Findings {
  /** The sweep's folder. */
  folder: SweepFolder;
  /** Its plan. */
  plan: Plan;
  /** Its trials, finished or not. */
  trials: number;
  /** Those finished. */
  results: readonly TrialResult[];
  /** The data set's name or folder. */
  dataset: string;
  /** How many images there are, or of what else is predicted. */
  images: { train: number; validation: number };
  /** What those are called. */
  items: string;
  /** What it ran on. */
  backend: { name: string; device: string };
}

/** Writes the sweep's page and returns its path; null where nothing is finished. */
export async function writePage(findings: Findings): Promise<string | null> {
  const { folder, plan, trials, results, dataset, images, items, backend } = findings;
  const ranked = rank(plan.settings, results);
  if (ranked.length === 0) return null;
  // Vega is loaded when a page is written.
  const { sweepPage } = await import("./sweep_page.ts");
  const { base, tested } = plan;
  const { path } = folder;
  return await folder.savePage(
    await sweepPage({ path, base, tested, ranked, trials, dataset, images, items, backend }),
  );
}

/** Writes the page and says how the settings rank. */
export async function conclude({ emit, say }: Printer, findings: Findings): Promise<void> {
  const { folder: { path }, plan, trials, results } = findings;
  const page = await writePage(findings);
  const ranked = rank(plan.settings, results);
  emit({
    event: "done",
    trials: results.length,
    diverged: results.filter(({ diverged }) => diverged !== null).length,
    failed: results.filter(({ failed }) => failed !== null).length,
    best: bestOf(ranked, plan.tested),
    trainSeconds: results.reduce((sum, { trainSeconds }) => sum + trainSeconds, 0),
    sweep: path,
    page,
  });
  const missing = trials - results.length;
  const parts = missing > 0 ? [`${plural(results.length, "trial")} of ${trials} are finished`] : [];
  if (ranked.length > 0) parts.push(rankingText(ranked));
  parts.push(`the sweep is in ${path}${page ? `, its page is ${page}` : ""}`);
  say(`\n${parts.join("\n\n")}`);
}

function bestOf([best]: readonly Ranked[], tested: boolean): Record<string, unknown> | null {
  if (!best || !isSound(best)) return null;
  const { name, set, error, deviation } = best;
  return { name, set, [tested ? "testError" : "validationError"]: error, deviation };
}

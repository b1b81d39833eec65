// The page of a sweep: what came out best, how sure that is, and what it costs.

import type { Recipe } from "@forward-forward/core";
import { count, duration, percent } from "../display/words.ts";
import { type Html, html } from "../report/html.ts";
import { charts, facts, grid, list, page, section } from "../report/page.ts";
import { flatten, nameOf } from "../report/run_log.ts";
import { pointChart } from "./point_chart.ts";
import { isSound, type Ranked, rankingTable } from "./ranking.ts";
import { errorOf } from "./trial_result.ts";

/** What a page is made from. */
export interface SweepFindings {
  /** The sweep's folder. */
  path: string;
  /** The recipe that was changed. */
  base: Recipe;
  /** Whether each network was tested, because nothing was tried. */
  tested: boolean;
  /** The settings, the best first. */
  ranked: readonly Ranked[];
  /** Trials of the sweep, finished or not. */
  trials: number;
  /** The data set's name or folder. */
  dataset: string;
  /** Numbers of images, or of what else is predicted. */
  images: { train: number; validation: number };
  /** What those are called. */
  items: string;
  /** What it ran on. */
  backend: { name: string; device: string };
}

/** The whole page. */
export async function sweepPage(findings: SweepFindings): Promise<string> {
  const { path, base, tested, ranked, trials, dataset, images, items, backend } = findings;
  const name = nameOf(path);
  const done = ranked.flatMap((row) => row.trials);
  const best = ranked.find(isSound);
  const seconds = done.reduce((sum, { trainSeconds }) => sum + trainSeconds, 0);
  const missing = trials - done.length;
  return page(`${name}: sweep`, [
    html`
      <header>
        <h1>${name}</h1>
        <p class="lead">${`Forward-Forward, recipe ${base.name}, trained on ${
          count(images.train)
        } ${items} of ${dataset}, ` +
          `on ${backend.name} (${backend.device}).`}</p>
      </header>
    `,
    facts([
      ["best error", best ? percent(best.error!) : "none"],
      ["settings", count(ranked.length)],
      ["trials", missing > 0 ? `${count(done.length)} of ${count(trials)}` : count(trials)],
      ["training time", duration(seconds)],
    ]),
    section(
      "Settings",
      tested ? testExplanation(items) : explanation(images.validation, items),
      grid(rankingTable(ranked)),
    ),
    ...await costs(ranked),
    section("Trials", trialTable(ranked)),
    section(tested ? "The recipe" : "The recipe that is changed", list(flatten(base))),
  ]);
}

function explanation(validation: number, items: string): Html {
  return html`
    <p>
      Errors are those on ${count(validation)} training ${items} that were held out, after the last
      epoch, as a mean over seeds with its standard deviation; the best epoch's is chosen by the same
      ${items} and flatters. So does the first row, a little, for it was chosen among all. The test
      ${items} were not read: the setting you choose in the end is tested once, by training with it.
    </p>
  `;
}

function testExplanation(items: string): Html {
  return html`
    <p>
      Nothing was tried, so nothing was chosen: each network was trained as the recipe says and then
      tested once. The error is that on the test ${items}, as a mean over seeds with its standard
      deviation.
    </p>
  `;
}

async function costs(ranked: readonly Ranked[]): Promise<Html[]> {
  const points = ranked.flatMap(({ name, trainSeconds: x, error }, i) =>
    x === null || error === null ? [] : [{ number: i + 1, name, x, y: 100 * error }]
  );
  if (points.length === 0) return [];
  const behind = ranked.flatMap(({ trials }) => trials).flatMap((trial) => {
    const error = errorOf(trial);
    return error === null ? [] : [{ x: trial.trainSeconds, y: 100 * error }];
  });
  const chart = await pointChart({
    title: "Error by training time",
    x: "training time (s)",
    y: "wrong predictions (%)",
    points,
    behind,
  });
  const note = "Numbers are the table's places; the small points are single trials. " +
    "Time is that of training, without judging.";
  return [section("What it costs", charts([{ ...chart, note }]))];
}

function trialTable(ranked: readonly Ranked[]): Html {
  const rows = ranked.flatMap(({ trials }, i) =>
    trials.map((trial) => [
      i + 1,
      trial.name,
      trial.seed,
      trial.diverged ?? trial.failed ?? percent(errorOf(trial)!),
      trial.bestEpoch ?? "-",
      trial.layerErrors.map(percent).join(", ") || "-",
      trial.loss?.toPrecision(4) ?? "-",
      trial.epochs,
      trial.trainSeconds.toFixed(1),
    ])
  );
  return grid([
    [
      "",
      "setting",
      "seed",
      "error",
      "best epoch",
      "layers alone",
      "last loss",
      "epochs",
      "seconds",
    ],
    ...rows,
  ]);
}

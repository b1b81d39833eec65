// The report of several runs: curves over each other, results, and the settings that differ.

import { percent as inPercent } from "../display/words.ts";
import { barChart, type Chart, lineChart, type Series } from "./charts.ts";
import { percent, points } from "./curves.ts";
import { html } from "./html.ts";
import { charts, grid, page, section } from "./page.ts";
import { flatten, type LoggedEpoch, type RunLog } from "./run_log.ts";

/** The whole page. */
export async function comparisonPage(runs: readonly RunLog[]): Promise<string> {
  const names = distinctNames(runs);
  const last = ({ epochs }: RunLog): LoggedEpoch => epochs.at(-1)!;
  const known = (fraction: number | null | undefined): string =>
    fraction === null || fraction === undefined ? "unknown" : inPercent(fraction);
  return page(`${runs.length} runs compared`, [
    html`
      <header>
        <h1>${runs.length} runs compared</h1>
        <p class="lead">${names.join(", ")}</p>
      </header>
    `,
    section(
      "Results",
      grid([
        [
          "run",
          "test error",
          "held-out error",
          "last loss",
          "epochs",
          "seconds",
          "backend",
          "folder",
        ],
        ...runs.map((run, i) => [
          names[i]!,
          run.test ? inPercent(run.test.testError) : "not tested",
          known(last(run).validationError),
          last(run).loss.toPrecision(4),
          last(run).epoch,
          last(run).trainSeconds.toFixed(1),
          String(run.config.backend ?? "unknown"),
          run.path,
        ]),
      ]),
    ),
    section("Curves", charts(await curves(runs, names))),
    section("Settings that differ", differences(runs, names)),
  ]);
}

/** Settings that are not the same in all runs: their dotted name, then each run's value. */
export function differingSettings(runs: readonly RunLog[]): string[][] {
  // When and by which words a run was started and resumed always differs and decides nothing.
  const settings = runs.map(({ config: { command: _, started: __, resumed: ___, ...config } }) =>
    new Map(flatten(config))
  );
  const names = new Set(settings.flatMap((values) => [...values.keys()]));
  return [...names]
    .map((name) => [name, ...settings.map((values) => values.get(name) ?? "none")])
    .filter(([, ...values]) => new Set(values).size > 1);
}

function differences(runs: readonly RunLog[], names: string[]): ReturnType<typeof html> {
  const rows = differingSettings(runs);
  if (rows.length === 0) {
    return html`<p>None: the runs have the same settings on the same machine.</p>`;
  }
  return grid([["setting", ...names], ...rows]);
}

async function curves(
  runs: readonly RunLog[],
  names: readonly string[],
): Promise<(Chart & { note?: string })[]> {
  const lines = (
    value: (epoch: LoggedEpoch) => number | null,
    x?: (epoch: LoggedEpoch) => number,
  ): Series[] =>
    runs.map(({ epochs }, i) => ({
      name: names[i]!,
      points: points(epochs, value, x),
      colour: i,
    })).filter(({ points }) => points.length > 0);
  const drawn: (Chart & { note?: string })[] = [{
    ...await lineChart({
      title: "Loss",
      x: "epoch",
      y: "loss (nats)",
      scale: "log",
      series: lines(({ loss }) => loss),
    }),
    note: "Losses compare only between runs with the same goodness and threshold.",
  }];
  const errors = [
    ["Held-out error", ({ validationError }: LoggedEpoch) => percent(validationError)],
    ["Error of the readout in training", ({ readoutError }: LoggedEpoch) => percent(readoutError)],
  ] as const;
  const y = "wrong predictions (%)";
  let timed = false;
  for (const [title, value] of errors) {
    const series = lines(value);
    if (series.length === 0) continue;
    drawn.push(await lineChart({ title, x: "epoch", y, series, scale: "zero" }));
    if (timed) continue;
    timed = true;
    const seconds = lines(value, ({ trainSeconds }) => trainSeconds);
    drawn.push(
      await lineChart({
        title: `${title}, by time`,
        x: "training time (s)",
        y,
        series: seconds,
        scale: "zero",
      }),
    );
  }
  const tested = runs.flatMap(({ test }, i) =>
    test ? [{ name: names[i]!, value: 100 * test.testError, colour: i }] : []
  );
  if (tested.length > 0) {
    drawn.push(await barChart({ title: "Test error", x: y, bars: tested }));
  }
  const bars = runs.map(({ epochs }, i) => ({
    name: names[i]!,
    value: epochs.at(-1)!.trainSeconds,
    colour: i,
  }));
  drawn.push(await barChart({ title: "Training time", x: "seconds", bars }));
  return drawn;
}

// The folders' own names, or what was given where two folders have the same.
function distinctNames(runs: readonly RunLog[]): string[] {
  const own = runs.map(({ name }) => name);
  return new Set(own).size === own.length ? own : runs.map(({ path }) => path);
}

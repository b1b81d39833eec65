// Progress on stderr: a bar in a terminal, a line an epoch elsewhere.

import process from "node:process";
import cliProgress from "cli-progress";
import type { EpochReport, Progress as Updates } from "@forward-forward/core";
import { clock, count, duration, percent } from "./words.ts";

/** Shows how a run comes along. */
export interface ProgressDisplay {
  /** An update was recorded. */
  update(progress: Updates): void;
  /** An epoch ended, `seconds` after training began. */
  epoch(report: EpochReport, seconds: number): void;
  /** So many images of `total` are tested. */
  test(done: number, total: number): void;
  /** It ended, or stopped: the terminal is as it was. */
  stop(): void;
}

/** What a bar is drawn on: a terminal. */
export interface Screen {
  /** Whether it is a terminal. */
  isTTY?: boolean;
  /** Its width. */
  columns?: number;
  /** Draws. */
  write(text: string): unknown;
}

/** What a display may be told. */
export interface DisplayOptions {
  /** Seconds trained before, by a run that goes on; 0 by default. */
  seconds?: number;
  /** What is counted, images by default. */
  items?: string;
}

/** A display for this stderr; `images` are those of an epoch. */
export function showProgress(images: number, options: DisplayOptions = {}): ProgressDisplay {
  return Deno.stderr.isTerminal()
    ? showBar(images, process.stderr, options)
    : showLines(options.items);
}

/** A display that shows nothing. */
export const noProgress: ProgressDisplay = {
  update(): void {},
  epoch(): void {},
  test(): void {},
  stop(): void {},
};

// As much of `cli-progress` as is used; it has no types of its own.
interface Bar {
  start(total: number, value: number): void;
  update(value: number): void;
  stop(): void;
}
interface BarOptions {
  format(options: unknown, params: { value: number; total: number }): string;
  stream: Screen;
  hideCursor: boolean;
  clearOnComplete: boolean;
  fps: number;
}
const { SingleBar }: { SingleBar: new (options: BarOptions) => Bar } = cliProgress;

/** One bar for training and, when that is over, one for testing, which leaves no trace. */
export function showBar(
  images: number,
  screen: Screen,
  { seconds = 0, items = "images" }: DisplayOptions = {},
): ProgressDisplay {
  const begun = performance.now() - 1000 * seconds;
  let now: Updates | null = null;
  let report: EpochReport | null = null;
  let bar: Bar | null = null;
  let testing = false;

  const open = (total: number, clearOnComplete: boolean, line: (value: number) => string): Bar => {
    bar = new SingleBar({
      format: (_options, { value }) => line(value),
      stream: screen,
      hideCursor: true,
      clearOnComplete,
      fps: 8,
    });
    bar.start(total, 0);
    return bar;
  };
  const stop = (): void => {
    bar?.stop();
    bar = null;
  };
  const width = (): number => screen.columns || 80;
  return {
    update(progress): void {
      now = progress;
      const { epoch, epochs, update, updates } = progress;
      const line = (): string =>
        trainingLine(now!, report, images, (performance.now() - begun) / 1000, width(), items);
      (bar ?? open(epochs * updates, false, line)).update((epoch - 1) * updates + update);
    },
    epoch(ended): void {
      report = ended;
    },
    test(done, total): void {
      if (!testing) stop();
      testing = true;
      const line = (value: number): string =>
        fit(width(), value / total, [[`testing ${count(value)} of ${count(total)} ${items}`]]);
      (bar ?? open(total, true, line)).update(done);
    },
    stop,
  };
}

/** The bar's line while training, in at most `width` characters; what does not fit is left out, least important first. */
export function trainingLine(
  { epoch, epochs, update, updates }: Updates,
  report: EpochReport | null,
  images: number,
  seconds: number,
  width: number,
  items = "images",
): string {
  const done = (epoch - 1) * updates + update;
  const total = epochs * updates;
  const rate = images * done / updates / seconds;
  const parts: Part[] = [
    [`epoch ${epoch}/${epochs}`, `${epoch}/${epochs}`],
    [`${clock(seconds * (total - done) / done)} left`, clock(seconds * (total - done) / done)],
    [`${count(rate)} ${items}/s`, `${compact(rate)}/s`],
  ];
  if (report) {
    const { loss, layers, validation, readoutError } = report;
    const mean = (name: "positive" | "negative"): string =>
      (layers.reduce((sum, layer) => sum + layer[name], 0) / layers.length).toPrecision(3);
    parts.push([`loss ${loss.toPrecision(3)}`]);
    if (validation) {
      const error = percent(validation.error);
      parts.push([`validation error ${error}`, `val. ${error}`]);
    } else if (readoutError !== null) {
      const error = percent(readoutError);
      parts.push([`training error ${error}`, `train ${error}`]);
    }
    const goodness = `${mean("positive")} vs ${mean("negative")}`;
    parts.push([`goodness ${goodness}`, `g ${goodness}`]);
  }
  return fit(width, done / total, parts);
}

// A part of a line, and its short form.
type Part = readonly [long: string, short?: string];

const LEAST_BAR = 8;
const MOST_BAR = 40;

// The bar, which takes what room there is, and the parts, shortened or left out from the end until they fit.
function fit(width: number, fraction: number, parts: readonly Part[]): string {
  const percentage = `${Math.floor(100 * fraction)}%`.padStart(5);
  const room = width - LEAST_BAR - percentage.length - 1;
  const join = (texts: string[]): string => texts.map((text) => `  ${text}`).join("");
  let text = join(parts.map(([long]) => long));
  for (let kept = parts.length; text.length > room && kept > 0; kept--) {
    text = join(parts.slice(0, kept).map(([long, short = long]) => short));
  }
  if (text.length > room) text = "";
  const bar = Math.max(0, Math.min(MOST_BAR, LEAST_BAR + room - text.length));
  const full = Math.round(bar * Math.min(1, fraction));
  return "█".repeat(full) + "░".repeat(bar - full) + percentage + text;
}

function compact(n: number): string {
  return n.toLocaleString("en", { notation: "compact", maximumSignificantDigits: 3 });
}

function showLines(items = "images"): ProgressDisplay {
  return {
    ...noProgress,
    epoch(report, seconds): void {
      const rate = count(report.images * report.epoch / seconds);
      console.error(
        `epoch ${report.epoch}/${report.epochs}  ${describe(report)}  ${rate} ${items}/s  ${
          duration(seconds)
        }`,
      );
    },
  };
}

function describe({ loss, layers, readoutError, validation }: EpochReport): string {
  const each = (name: "positive" | "negative"): string =>
    layers.map((layer) => layer[name].toPrecision(4)).join("/");
  const parts = [
    `loss ${loss.toPrecision(4)}`,
    `goodness ${each("positive")} vs ${each("negative")}`,
  ];
  if (readoutError !== null) parts.push(`training error ${percent(readoutError)}`);
  if (validation) parts.push(`validation error ${percent(validation.error)}`);
  return parts.join("  ");
}

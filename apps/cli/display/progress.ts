// Progress on stderr: one bar in a terminal, one line an epoch elsewhere.

import process from "node:process";
import cliProgress from "cli-progress";
import type { EpochReport, Progress as Updates } from "@forward-forward/core";
import { duration, percent } from "./summary.ts";

/** Shows how a training run comes along. */
export interface ProgressDisplay {
  /** An update was recorded. */
  update(progress: Updates): void;
  /** An epoch ended, `seconds` after training began. */
  epoch(report: EpochReport, seconds: number): void;
  /** Training ended, or stopped. */
  stop(): void;
}

/** A display for this stderr; `images` are those of an epoch. */
export function showProgress(images: number): ProgressDisplay {
  return Deno.stderr.isTerminal() ? bar(images) : lines();
}

function bar(images: number): ProgressDisplay {
  const progress = new cliProgress.SingleBar({
    format:
      "{bar} {percentage}%  epoch {epoch}/{epochs}  {figures}{rate} images/s  {eta_formatted} left",
    stream: process.stderr,
    hideCursor: true,
    fps: 8,
    etaBuffer: 60,
  }, cliProgress.Presets.shades_classic);
  const start = performance.now();
  let started = false;
  let shown = "";
  return {
    update({ epoch, epochs, update, updates }): void {
      const done = (epoch - 1) * updates + update;
      const seconds = (performance.now() - start) / 1000;
      const rate = Math.round(images * done / updates / seconds).toLocaleString("en");
      const payload = { epoch, epochs, figures: shown, rate };
      if (!started) progress.start(epochs * updates, done, payload);
      started = true;
      progress.update(done, payload);
    },
    epoch(report): void {
      shown = `${describe(report)}  `;
    },
    stop: () => progress.stop(),
  };
}

function lines(): ProgressDisplay {
  return {
    update(): void {},
    epoch(report, seconds): void {
      const rate = Math.round(report.images * report.epoch / seconds).toLocaleString("en");
      console.error(
        `epoch ${report.epoch}/${report.epochs}  ${describe(report)}  ${rate} images/s  ${
          duration(seconds)
        }`,
      );
    },
    stop(): void {},
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

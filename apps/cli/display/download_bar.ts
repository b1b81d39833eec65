// How a download comes along, on stderr: a bar in a terminal, nothing elsewhere.

import process from "node:process";
import cliProgress from "cli-progress";
import { megabytes } from "./words.ts";

/** Shows how one file after the other arrives. */
export interface DownloadDisplay {
  /** There are so many bytes of so many. */
  update(bytes: number, total: number): void;
  /** The file is there, or nothing more comes: the terminal is as it was. */
  stop(): void;
}

// As much of `cli-progress` as is used; it has no types of its own.
interface Bar {
  start(total: number, value: number): void;
  setTotal(total: number): void;
  update(value: number): void;
  stop(): void;
}
const { SingleBar }: { SingleBar: new (options: unknown) => Bar } = cliProgress;

/** A display for this stderr. */
export function showDownload(): DownloadDisplay {
  if (!Deno.stderr.isTerminal()) return { update(): void {}, stop(): void {} };
  let bar: Bar | null = null;
  return {
    update(bytes, total): void {
      if (!bar) {
        bar = new SingleBar({
          format: "{bar} {percentage}%  {value} of {total}",
          formatValue: (value: number, _options: unknown, kind: string) =>
            kind === "value" || kind === "total" ? megabytes(value) : String(value),
          barCompleteChar: "█",
          barIncompleteChar: "░",
          stream: process.stderr,
          hideCursor: true,
          clearOnComplete: true,
        });
        bar.start(total, bytes);
      }
      bar.setTotal(total);
      bar.update(bytes);
    },
    stop(): void {
      bar?.stop();
      bar = null;
    },
  };
}

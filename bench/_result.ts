// What a benchmark found, and the file it is kept in.

import { dirname } from "node:path";
import { UsageError } from "./_arguments.ts";
import type { Adapter, Machine } from "./_machine.ts";
import type { Samples } from "./_measure.ts";

/** A row that was measured. */
export interface Row {
  /** What was measured. */
  name: string;
  /** This project's side. */
  subject: string;
  /** What it was measured against. */
  peer: string;
  /** Peer's median by the subject's: over 1, the subject is faster. */
  ratio: number;
  /** The subject's median. */
  subjectMedian: number;
  /** The peer's median. */
  peerMedian: number;
  /** What the medians count. */
  unit: string;
  /** How it was measured. */
  note: string;
  /** What was found when the two were compared before timing. */
  agreement: string;
  /** All samples. */
  samples: Samples;
}

/** A row that was not measured, and why. */
export interface Missing {
  /** What was to be measured. */
  name: string;
  /** This project's side. */
  subject: string;
  /** What it was to be measured against. */
  peer: string;
  /** Why it was not. */
  reason: string;
  /** What to do about it, where something can be done. */
  remedy: string | null;
}

/** What a run ran on. */
export interface Origin extends Pick<Machine, "date" | "commit" | "versions"> {
  /** Where: the machine, with its WebGPU adapter and the GPU that PyTorch computes on, if there are any. */
  machine: Omit<Machine, "date" | "commit" | "versions"> & Adapter & { cuda: string | null };
}

/** Everything a run found. */
export interface Result extends Origin {
  /** How to run it again. */
  command: string;
  /** Samples of each side. */
  rounds: number;
  /** Whether every row was tried: a result is written as it grows. */
  complete: boolean;
  /** What was measured. */
  rows: Row[];
  /** What was left out: something it needs is missing here. */
  leftOut: Missing[];
  /** What failed. */
  failed: Missing[];
}

/** Throws a {@linkcode UsageError} if the file may not be written: better before the work than after. */
export async function requireWritable(file: string): Promise<void> {
  const { state } = await Deno.permissions.query({ name: "write", path: file });
  if (state === "granted") return;
  throw new UsageError(
    `--out ${file} may not be written: name a file under bench/results, as in bench/results/today.json`,
  );
}

/** Writes a result all at once: whoever reads the file finds the old one or the new one, whole. */
export async function writeResult(file: string, result: Result): Promise<void> {
  const folder = dirname(file);
  await Deno.mkdir(folder, { recursive: true });
  const draft = `${file}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    await Deno.writeTextFile(draft, JSON.stringify(result, null, 2) + "\n");
    await Deno.rename(draft, file);
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw error;
  }
}

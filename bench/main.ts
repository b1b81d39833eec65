// `deno task bench`: this project beside its peers, in turns, on the machine at hand.

import { DataError } from "@forward-forward/datasets";
import { UnavailableError } from "@forward-forward/core";
import { type Arguments, HELP, parseArguments, select, UsageError } from "./_arguments.ts";
import { describeAdapter, describeMachine } from "./_machine.ts";
import { alternate, type Bench, median, ratioOf } from "./_measure.ts";
import { type Missing, requireWritable, type Result, type Row, writeResult } from "./_result.ts";
import { rows } from "./_rows.ts";
import { header, tableGap, tableRow } from "./_table.ts";
import { Tools } from "./_tools.ts";
import { findPython } from "./peers/_python.ts";

const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Runs the benchmarks with `args`, and with what their rows share. Returns the exit code. */
export async function main(args: readonly string[], shared: Tools = new Tools()): Promise<number> {
  try {
    const parsed = parseArguments(args);
    if (parsed.help) {
      console.log(HELP);
      return EXIT.done;
    }
    await using tools = shared;
    const chosen = select(rows(tools), parsed.only);
    if (parsed.out !== null) await requireWritable(parsed.out);
    const result = await run(chosen, parsed, args);
    return result.failed.length > 0 ? EXIT.failed : EXIT.done;
  } catch (error) {
    console.error(`bench: ${oneLine(error)}`);
    const usage = [UsageError, DataError, Deno.errors.NotCapable];
    return usage.some((kind) => error instanceof kind) ? EXIT.usage : EXIT.failed;
  }
}

async function run(
  chosen: readonly Bench[],
  { rounds, json, out, commit: told }: Arguments,
  args: readonly string[],
): Promise<Result> {
  const { torch, cuda } = await lookForTorch(chosen);
  const adapter = await describeAdapter();
  const known = told === null ? {} : { commit: told };
  const { date, commit, versions: own, ...machine } = describeMachine(known);
  const versions = { ...own, torch };
  const found = { date, commit, machine: { ...machine, ...adapter, cuda }, versions };
  show(json, { event: "machine", ...found }, () => header(found, rounds));
  const result: Result = {
    command: ["deno task bench", ...args].join(" "),
    ...found,
    rounds,
    complete: false,
    rows: [],
    leftOut: [],
    failed: [],
  };
  // After every row, so that a driver that takes the process with it does not take the figures.
  const save = (): Promise<void> => out === null ? Promise.resolve() : writeResult(out, result);
  for (const bench of chosen) {
    const { name, subject, peer } = bench;
    try {
      const { row, rate } = await measure(bench, rounds);
      const { note: _note, agreement: _agreement, samples: _samples, ...brief } = row;
      result.rows.push(row);
      show(json, brief, () => tableRow(row, rate));
    } catch (error) {
      const unavailable = error instanceof UnavailableError;
      const remedy = unavailable ? error.remedy : null;
      const missing: Missing = { name, subject, peer, reason: oneLine(error), remedy };
      const event = unavailable ? "left-out" : "failed";
      result[unavailable ? "leftOut" : "failed"].push(missing);
      show(json, { event, ...missing }, () => tableGap(missing, event.replace("-", " ")));
      if (json) {
        console.error(`bench: ${name}, ${subject} beside ${peer}, ${event}: ${missing.reason}`);
      }
    }
    await save();
  }
  result.complete = true;
  await save();
  return result;
}

async function measure(
  { name, subject, peer, unit, open }: Bench,
  rounds: number,
): Promise<{ row: Row; rate: ((sample: number) => string) | undefined }> {
  const progress = (what: string): void => {
    if (Deno.stderr.isTerminal()) {
      const text = what && `${name}, ${subject} beside ${peer}: ${what}`;
      Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${text}`));
    }
  };
  try {
    progress("warming up");
    await using sides = await open();
    const samples = await alternate(sides, rounds, (n) => progress(`round ${n} of ${rounds}`));
    const row: Row = {
      name,
      subject,
      peer,
      ratio: ratioOf(samples),
      subjectMedian: median(samples.subject),
      peerMedian: median(samples.peer),
      unit,
      note: sides.note,
      agreement: sides.agreement,
      samples,
    };
    return { row, rate: sides.rate };
  } finally {
    progress("");
  }
}

// PyTorch is looked for only where it is asked for; why it is missing is told in its rows.
async function lookForTorch(
  chosen: readonly Bench[],
): Promise<{ torch: string | null; cuda: string | null }> {
  const none = { torch: null, cuda: null };
  if (!chosen.some(({ peer }) => peer.startsWith("pytorch"))) return none;
  try {
    const { version, gpu } = await findPython();
    return { torch: version, cuda: gpu };
  } catch (error) {
    if (error instanceof UnavailableError) return none;
    throw error;
  }
}

function show(json: boolean, object: object, text: () => string): void {
  console.log(json ? JSON.stringify(object) : text());
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\s*\n\s*/g, " ").trim();
}

// The Vulkan driver complains on stderr when this is unset, which means nothing to the user.
function quietDriver(): void {
  if (!Deno.env.get("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
}

if (import.meta.main) {
  quietDriver();
  Deno.exit(await main(Deno.args));
}

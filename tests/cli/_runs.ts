// Runs that are stopped and go on, for the tests.

import { assert, assertEquals } from "@std/assert";
import { readCheckpoint } from "../../apps/cli/run/checkpoint.ts";
import { command, done, type Ended } from "./_ff.ts";

/** Many small updates. */
export const SMALL = ["--layers", "784,32,24", "--train-limit", "600", "--test-limit", "100"];
/** A checkpoint every other update or so. */
export const OFTEN = ["--checkpoint-minutes", "0.0002"];

/** What `metrics.jsonl` says, without how long it took and where. */
export async function metrics(run: string): Promise<Record<string, unknown>[]> {
  const text = await Deno.readTextFile(`${run}/metrics.jsonl`);
  assert(text.endsWith("\n"));
  return text.trimEnd().split("\n").map((line) => {
    const { trainSeconds: _, run: __, ...rest } = JSON.parse(line);
    return rest;
  });
}

/** Sends a signal `wait` ms after the process was started or, if `begun`, after its run has begun; then waits for its end. */
export async function stop(
  args: string[],
  signal: Deno.Signal,
  { wait, begun }: { wait: number; begun: boolean },
): Promise<Ended> {
  const process = command(args).spawn();
  const stderr = new Response(process.stderr).text();
  let stdout = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const send = (): void => {
    timer = setTimeout(() => {
      try {
        process.kill(signal);
      } catch {
        // It has just ended.
      }
    }, wait);
  };
  if (!begun) send();
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    if (begun && stdout === "") send();
    stdout += text;
  }
  // Where stdout is closed it has done its work.
  clearTimeout(timer);
  const { code } = await process.status;
  return { code, stdout, stderr: await stderr };
}

/** Whether a run came to its end. */
export async function hasEnded(run: string): Promise<boolean> {
  const text = await Deno.readTextFile(`${run}/metrics.jsonl`).catch(() => "");
  return text.includes(`"event":"done"`);
}

/** A run of two epochs, of which one was trained before it was killed. */
export async function half(run: string, ...more: string[]): Promise<void> {
  const args = ["train", ...SMALL, "--backend", "reference", "--epochs", "2", "--json", "--out"];
  const process = command([...args, run, "--checkpoint-minutes", "9", ...more]).spawn();
  process.stderr.cancel();
  let printed = "";
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    printed += text;
    if (printed.includes(`"epoch":1,`)) {
      process.kill("SIGKILL");
      break;
    }
  }
  await process.status;
  const { state } = await readCheckpoint(run);
  assertEquals(state.checkpoint.epoch, 1);
  assert(!await hasEnded(run));
}

/** The same as {@linkcode half}, to its end: its folder. */
export async function unbrokenOf(folder: string): Promise<string> {
  const run = `${folder}/unbroken`;
  await done(["train", ...SMALL, "--backend", "reference", "--epochs", "2", "--out", run]);
  return run;
}

// Runs the real `ff` as its task does.

import { assert, assertEquals } from "@std/assert";
export { withFolder } from "../../apps/cli/_testing.ts";

const root = new URL("../../", import.meta.url);
const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));

// The tasks' own words, so that the permissions tested are those a user has.
const [, ...task] = (config.tasks.ff.command as string).split(" ");
const [, ...sweepTask] = (config.tasks.sweep.command as string).split(" ");

/** How a run of `ff` ended. */
export interface Ended {
  /** Its exit code. */
  code: number;
  /** What it printed on stdout. */
  stdout: string;
  /** What it printed on stderr. */
  stderr: string;
}

/** A command that runs `ff` with these arguments. */
export function command(args: string[], env: Record<string, string> = {}): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: args[0] === "sweep" ? [...sweepTask, ...args.slice(1)] : [...task, ...args],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** What `ff` may do that may not run programs: the words of the task `ff`. */
export const ffTask: readonly string[] = task;

/** Runs `ff` to its end. */
export async function ff(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const { code, stdout, stderr } = await command(args, env).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Runs `ff`, which must end well. */
export async function done(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const ended = await ff(args, env);
  assertEquals(ended.code, 0, ended.stderr);
  return ended;
}

/** Runs `ff` to its end, and does `act` once when it has printed `text` on stdout. */
export async function ffUntil(
  args: string[],
  text: string,
  act: (process: Deno.ChildProcess) => void | Promise<void>,
): Promise<Ended & { signal: Deno.Signal | null }> {
  const process = command(args).spawn();
  const stderr = new Response(process.stderr).text();
  let stdout = "";
  let acted = false;
  for await (const printed of process.stdout.pipeThrough(new TextDecoderStream())) {
    stdout += printed;
    if (acted || !stdout.includes(text)) continue;
    acted = true;
    await act(process);
  }
  const { code, signal } = await process.status;
  return { code, signal, stdout, stderr: await stderr };
}

/** The JSON objects that a run printed, one a line. */
export function events({ stdout }: Ended): Record<string, unknown>[] {
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}

/** Asserts exit code 2 and a single sentence that holds `words`, with no stack trace and nothing on stdout. */
export async function assertRefused(
  args: string[],
  words: string[],
  env: Record<string, string> = {},
): Promise<void> {
  const { code, stdout, stderr } = await ff(args, env);
  assertEquals(code, 2, stderr);
  assertEquals(stdout, "");
  assertEquals(stderr.trim().split("\n").length, 1, stderr);
  assert(stderr.startsWith("ff: "), stderr);
  assert(!/\bat (file|ext|npm|async)\b|\.ts:\d/.test(stderr), stderr);
  for (const word of words) {
    assert(stderr.includes(word), `${JSON.stringify(word)} is not in: ${stderr}`);
  }
}

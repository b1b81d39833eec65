// The command that runs one trial: this same ff, with what it needs and no more.

import { denied } from "./process.ts";

/** Where ff is. */
export const MAIN: string = import.meta.resolve("../../main.ts");

/** What a trial may do: a test holds these words and those of the task `ff` together. */
export const PERMISSIONS: readonly string[] = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-ffi",
  "--allow-env=FF_DEBUG,FF_MNIST_DIR,XDG_RUNTIME_DIR",
];

/** Deno's arguments for the trial `index` of a sweep. */
export function trialArguments(sweep: string, index: string): string[] {
  return ["run", "--quiet", ...PERMISSIONS, MAIN, "sweep", sweep, "--trial", index];
}

/** The program that is Deno: this process's own where that may be run, else the one in PATH. Throws a {@linkcode UsageError} for neither. */
export function denoProgram(): string {
  const isGranted = (command: string): boolean =>
    Deno.permissions.querySync({ name: "run", command }).state === "granted";
  const program = [Deno.execPath(), "deno"].find(isGranted);
  if (program === undefined) throw denied("deno");
  return program;
}

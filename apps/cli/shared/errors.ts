// Errors as a person meets them: one sentence, the remedy, and an exit code.

import { UnavailableError } from "@forward-forward/core";
import { DataError } from "@forward-forward/datasets";

/** Exit codes of `ff`. */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

/** The arguments or the input are wrong. The message is one sentence with the remedy. */
export class UsageError extends Error {
  /** Names the error in messages. */
  override name = "UsageError";
}

/** The user, or the system, asked to stop. */
export class Interrupted extends Error {
  /** Names the error in messages. */
  override name = "Interrupted";
  /** The exit code: who was asked to stop by a signal ends as if it had been ended by it. */
  readonly code: number;

  /** By Ctrl-C, unless told otherwise. */
  constructor(message: string, code: number = EXIT.interrupted) {
    super(message);
    this.code = code;
  }
}

/** One line for a person, and the exit code that goes with it. */
export function explain(error: unknown): { message: string; code: number } {
  if (error instanceof Deno.errors.NotCapable) {
    // Deno's own text names the access and the flag: `Requires read access to "x", run again with the --allow-read flag`.
    return { message: oneLine(error.message), code: EXIT.usage };
  }
  if (error instanceof UnavailableError) {
    return { message: `${clause(error.reason)}: ${clause(error.remedy)}`, code: EXIT.usage };
  }
  if (error instanceof UsageError || error instanceof DataError) {
    return { message: oneLine(error.message), code: EXIT.usage };
  }
  if (error instanceof Interrupted) return { message: error.message, code: error.code };
  const message = error instanceof Error ? error.message : String(error);
  return { message: oneLine(message), code: EXIT.failed };
}

/** A sentence as a part of one: on one line, with no full stop and no capital that only the beginning gave it. */
export function clause(sentence: string): string {
  const text = oneLine(sentence).replace(/\.+$/, "");
  return text.replace(/^[A-Z](?=[a-z]* )/, (letter) => letter.toLowerCase());
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}

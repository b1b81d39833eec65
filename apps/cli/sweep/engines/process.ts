// Other programs: started with the permission that Deno asks for, or refused in a sentence that names it.

import { UsageError } from "../../shared/errors.ts";

/** What a program said, and how it ended. */
export interface Said {
  /** Its exit code. */
  code: number;
  /** What it printed on stdout, trimmed. */
  stdout: string;
  /** What it printed on stderr, trimmed. */
  stderr: string;
}

/** Runs a program to its end; null where it is not installed. Throws a {@linkcode UsageError} where it may not be run. */
export async function run(program: string, args: readonly string[]): Promise<Said | null> {
  try {
    const command = new Deno.Command(program, { args: [...args], stdin: "null" });
    const { code, stdout, stderr } = await command.output();
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).trim();
    return { code, stdout: text(stdout), stderr: text(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw explainDenied(error, program);
  }
}

/** A refusal by Deno as one sentence; other errors as they are. */
export function explainDenied(error: unknown, program: string): unknown {
  if (!(error instanceof Deno.errors.NotCapable)) return error;
  // Deno lets a program that may run some others not hand them a linker's variables.
  const [variable] = /\b(LD|DYLD)_\w+/.exec(error.message) ?? [];
  return variable === undefined ? denied(program, error) : new UsageError(
    `${program} may not be run while ${variable} is set: unset it, as env -u ${variable} does, or allow all ` +
      `programs with --allow-run`,
    { cause: error },
  );
}

// Programs that are needed together.
const TOGETHER = ["sbatch", "squeue", "srun"];

/** That a program may not be run, with the flag that allows it. */
export function denied(program: string, cause?: unknown): UsageError {
  const all = TOGETHER.includes(program) ? TOGETHER.join(",") : program;
  return new UsageError(
    `${program} may not be run: allow it with --allow-run=${all}, as deno task sweep does`,
    { cause },
  );
}

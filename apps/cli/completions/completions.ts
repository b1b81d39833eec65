// `ff completions`: a script that makes a shell complete ff's commands, flags and values.

import type { Arguments, Flags } from "../shared/arguments.ts";
import type { Command } from "../commands.ts";
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import { type CommandLine, readTables } from "./command_line.ts";
import { zshScript } from "./zsh.ts";
import { EXIT, UsageError } from "../shared/errors.ts";

/** The flags of `ff completions`. */
export const flags: Flags = {
  help: { value: "", help: "this text" },
};

const scripts: Readonly<Record<string, (line: CommandLine) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Runs `ff completions` for these commands and returns its exit code. */
export async function printCompletions(
  args: Arguments,
  commands: Readonly<Record<string, Command>>,
  generalFlags: Flags,
): Promise<number> {
  const [shell, surplus] = args.rest;
  const known = Object.keys(scripts);
  const remedy = `give ${known.slice(0, -1).join(", ")} or ${known.at(-1)}`;
  if (shell === undefined) throw new UsageError(`completions needs a shell: ${remedy}`);
  if (surplus !== undefined) {
    throw new UsageError(`completions takes one shell, got "${surplus}" too: ${remedy}`);
  }
  if (!Object.hasOwn(scripts, shell)) {
    throw new UsageError(`there are no completions for "${shell}": ${remedy}`);
  }
  console.log(scripts[shell]!(await readTables(commands, generalFlags)).trimEnd());
  return EXIT.done;
}

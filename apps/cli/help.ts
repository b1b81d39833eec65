// What `--help` prints, made from the table of commands.

import { describeFlags, type Flags } from "./shared/arguments.ts";
import { type Command, commands, type Example, firstExamples, generalFlags } from "./commands.ts";

/** The help of `ff` itself. */
export function overview(): string {
  const names = Object.keys(commands);
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const lines = names.map((name) => `  ${name.padEnd(width)}${commands[name]!.what}`);
  return [
    "ff, Forward-Forward without backpropagation",
    lines.join("\n"),
    describeFlags(generalFlags),
    describeExamples(firstExamples),
  ].join("\n\n");
}

/** The help of one command, which takes these flags. */
export function commandHelp({ usage, what, examples }: Command, flags: Flags): string {
  return [`${usage}\n  ${what}`, describeFlags(flags), describeExamples(examples)].join("\n\n");
}

function describeExamples(examples: readonly Example[]): string {
  const width = Math.max(...examples.map(({ line }) => line.length)) + 2;
  return ["examples", ...examples.map(({ line, what }) => `  ${line.padEnd(width)}# ${what}`)]
    .join("\n");
}

// The script for fish.

import type { CommandLine, FlagPlace, Place } from "./command_line.ts";

/** A script that completes `ff` in fish 3 or later. */
export function fishScript({ commands, flags }: CommandLine): string {
  const lines = [
    "# fish completes ff with this, as the file ff.fish in ~/.config/fish/completions.",
    "complete -c ff -f",
  ];
  const first = "-n __fish_use_subcommand";
  for (const flag of flags) lines.push(flagLine(first, flag));
  for (const { name, what } of commands) {
    lines.push(`complete -c ff ${first} -a ${name} -d ${quote(what)}`);
  }
  for (const { name, flags, rest } of commands) {
    const after = `-n '__fish_seen_subcommand_from ${name}'`;
    const wanted = offer(rest);
    if (wanted) lines.push(`complete -c ff ${after} ${wanted}`);
    for (const flag of flags) lines.push(flagLine(after, flag));
  }
  return lines.join("\n") + "\n";
}

function flagLine(when: string, { name, help, value, place }: FlagPlace): string {
  // Without -x a value may be a file, whatever was said for ff as a whole.
  const required = place.paths === "files" ? "-r" : "-x";
  const wanted = value === "" ? "" : ` ${required} ${offer(place)}`.trimEnd();
  return `complete -c ff ${when} -l ${name}${wanted} -d ${quote(help)}`;
}

function offer({ words, paths }: Place): string {
  const offered = [...words, ...(paths === "folders" ? ["(__fish_complete_directories)"] : [])];
  const parts = paths === "files" ? ["-F"] : [];
  if (offered.length > 0) parts.push(`-a ${quote(offered.join(" "))}`);
  return parts.join(" ");
}

// Both of these end a fish string or are escaped in it.
function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}

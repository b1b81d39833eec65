// What may stand where on ff's command line, read from the tables that parsing and help use.

import type { Flags } from "../shared/arguments.ts";
import type { Command } from "../commands.ts";

/** What may be typed at one place. */
export interface Place {
  /** Words that are typed as they are. */
  words: readonly string[];
  /** Whether a path may stand there, and of what. */
  paths: "files" | "folders" | null;
}

/** A flag. */
export interface FlagPlace {
  /** Its name, without the dashes. */
  name: string;
  /** What it does. */
  help: string;
  /** What its value is called, empty for a switch. */
  value: string;
  /** What may be its value. */
  place: Place;
}

/** A command. */
export interface CommandPlace {
  /** Its name. */
  name: string;
  /** What it does. */
  what: string;
  /** Its flags. */
  flags: readonly FlagPlace[];
  /** What may stand besides flags. */
  rest: Place;
}

/** The whole command line. */
export interface CommandLine {
  /** The commands, `help` among them. */
  commands: readonly CommandPlace[];
  /** The flags where no command stands. */
  flags: readonly FlagPlace[];
}

/** Reads the tables. */
export async function readTables(
  commands: Readonly<Record<string, Command>>,
  generalFlags: Flags,
): Promise<CommandLine> {
  const help: CommandPlace = {
    name: "help",
    what: "say more about a command",
    flags: [],
    rest: { words: Object.keys(commands), paths: null },
  };
  const own = await Promise.all(
    Object.entries(commands).map(async ([name, command]) => ({
      name,
      what: command.what,
      flags: readFlags((await command.load()).flags),
      rest: readRest(command),
    })),
  );
  return { commands: [...own, help], flags: readFlags(generalFlags) };
}

/** Reads what may stand besides a command's flags. */
export function readRest({ usage, choices }: Command): Place {
  const flags = /\[(flags|--[^\]]*)\]/g; // Known already.
  return readPlace(usage.replace(/^ff \S+/, "").replaceAll(flags, ""), choices);
}

function readFlags(flags: Flags): FlagPlace[] {
  return Object.entries(flags).map(([name, { value, help, choices }]) => (
    { name, help, value, place: readPlace(value, choices) }
  ));
}

/**
 * Reads a usage such as `NAME|DIR` or `RUN|model.safetensors FILE...`: words in small letters are typed as they are, a word
 * in capitals or with a dot stands for something else, and `choices` are what a NAME may be.
 */
export function readPlace(usage: string, choices: readonly string[] = []): Place {
  const parts = usage.split(/[\s|[\]]+/).map((part) => part.replace(/\.{3}$/, ""));
  const files = parts.some((part) => ["FILE", "RUN"].includes(part) || part.includes("."));
  const folders = parts.some((part) => ["DIR", "FOLDER"].includes(part));
  const words = parts.filter((part) => /^[a-z]+(-[a-z]+)*$/.test(part));
  return { words: [...choices, ...words], paths: files ? "files" : folders ? "folders" : null };
}

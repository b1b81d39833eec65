// Arguments: which flags a command takes, and values that are what they should be.

import { parseArgs } from "@std/cli/parse-args";
import { closest, distance } from "fastest-levenshtein";
import { UsageError } from "./errors.ts";

/** The flags of a command, each with what its value is called (empty for a switch) and what it does. */
export type Flags = Record<string, { value: string; help: string }>;

/** A command's arguments after parsing. */
export interface Arguments {
  /** The text given to a flag, if it was given. */
  text(flag: string): string | undefined;
  /** Whether a switch was given. */
  given(flag: string): boolean;
  /** What is not a flag. */
  rest: string[];
}

/** Parses a command's arguments. Throws a {@linkcode UsageError} for an unknown or repeated flag, or a missing value. */
export function parse(command: string, args: readonly string[], flags: Flags): Arguments {
  const names = Object.keys(flags);
  const valued = names.filter((name) => flags[name]!.value !== "");
  const switches = names.filter((name) => flags[name]!.value === "");
  const parsed = parseArgs(joinValues(args, valued), {
    string: valued,
    collect: valued,
    boolean: switches,
    alias: { help: "h" },
    unknown: (arg: string, key?: string): boolean => {
      if (key === undefined) return true;
      const flag = arg.replace(/=.*$/s, "");
      throw new UsageError(
        `${command} has no flag ${flag}${nearest(flag.replace(/^-+/, ""), names, "--")}`,
      );
    },
  }) as Record<string, unknown> & { _: (string | number)[] };
  const values = new Map<string, string>();
  for (const name of valued) {
    const given = (parsed[name] ?? []) as string[];
    if (given.length > 1) {
      throw new UsageError(`--${name} is given ${given.length} times: give it once`);
    }
    const [value] = given;
    if (value === undefined) continue;
    if (value === "") {
      throw new UsageError(`--${name} needs a value: --${name} ${flags[name]!.value}`);
    }
    values.set(name, value);
  }
  return {
    text: (flag) => values.get(flag),
    given: (flag) => parsed[flag] === true,
    rest: parsed._.map(String),
  };
}

// `--epochs -1` as `--epochs=-1`, so that a negative number is a value and not a flag.
function joinValues(args: readonly string[], valued: readonly string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const next = args[i + 1];
    const takes = arg.startsWith("--") && valued.includes(arg.slice(2));
    if (takes && next !== undefined && !next.startsWith("--")) {
      joined.push(`${arg}=${next}`);
      i++;
    } else if (takes) joined.push(`${arg}=`);
    else joined.push(arg);
  }
  return joined;
}

/** `: did you mean "quick"?` when something known is spelled much like it, else the list of what is known. */
export function nearest(word: string, known: readonly string[], prefix = ""): string {
  const match = word === "" ? "" : closest(word, [...known]);
  if (match !== "" && distance(word, match) <= Math.max(2, Math.floor(match.length / 3))) {
    return `: did you mean ${prefix}${match}?`;
  }
  return `: choose from ${known.map((name) => prefix + name).join(", ")}`;
}

/** One of the known words. */
export function oneOf(what: string, word: string, known: readonly string[]): string {
  if (known.includes(word)) return word;
  throw new UsageError(`there is no ${what} "${word}"${nearest(word, known)}`);
}

/** A whole number of at least `least`. */
export function whole(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${flag} must be a whole number from ${least}, got ${quote(text)}`);
}

/** A finite number, above `above` if that is given. */
export function decimal(flag: string, text: string, above?: number): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (Number.isFinite(value) && (above === undefined || value > above)) return value;
  const range = above === undefined ? "" : ` above ${above}`;
  throw new UsageError(`--${flag} must be a number${range}, got ${quote(text)}`);
}

function quote(text: string): string {
  return JSON.stringify(text);
}

/** The help of a command's flags, one a line. */
export function describeFlags(flags: Flags): string {
  const rows = Object.entries(flags).map(([name, { value, help }]) =>
    [`  --${name}${value && ` ${value}`}`, help] as const
  );
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, help]) => left.padEnd(width) + help).join("\n");
}

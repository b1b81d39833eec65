// Arguments: which flags a command takes, and values that are what they should be.

import { parseArgs } from "@std/cli/parse-args";
import { closest, distance } from "fastest-levenshtein";
import { UsageError } from "./errors.ts";

/**
 * The flags of a command, each with what its value is called (empty for a switch), what it does and, where the value is a
 * NAME, the names there are.
 */
export type Flags = Record<string, { value: string; help: string; choices?: readonly string[] }>;

/** A command's arguments after parsing. */
export interface Arguments {
  /** The text given to a flag, if it was given. */
  text(flag: string): string | undefined;
  /** Whether a switch was given. */
  given(flag: string): boolean;
  /** What is not a flag. */
  rest: string[];
}

/**
 * Parses a command's arguments. Throws a {@linkcode UsageError} for an unknown or repeated flag, a missing
 * value, and a value where none is taken.
 */
export function parse(command: string, args: readonly string[], flags: Flags): Arguments {
  const names = Object.keys(flags);
  const valued = names.filter((name) => flags[name]!.value !== "");
  const parsed = parseArgs(joinValues(args, flags), {
    string: [...valued, "_"], // Without "_" a folder named 007 would become 7.
    collect: valued,
    boolean: names.filter((name) => flags[name]!.value === ""),
    alias: { help: "h" },
    unknown: (arg: string, key?: string): boolean => {
      if (key === undefined) return true;
      const flag = arg.replace(/=.*$/s, "");
      const meant = closestTo(flag.replace(/^-+/, ""), names);
      throw new UsageError(
        `${command} has no flag ${flag}: ` +
          (meant === null ? `see ff ${command} --help` : `did you mean --${meant}?`),
      );
    },
  }) as Record<string, unknown> & { _: (string | number)[] };
  const values = new Map<string, string>();
  for (const name of valued) {
    const given = (parsed[name] ?? []) as string[];
    if (given.length > 1) {
      throw new UsageError(`--${name} is given ${given.length} times: give it once`);
    }
    if (given[0] !== undefined) values.set(name, given[0]);
  }
  return {
    text: (flag) => values.get(flag),
    given: (flag) => parsed[flag] === true,
    rest: parsed._.map(String),
  };
}

// `--epochs -1` as `--epochs=-1`, so that a negative number is a value and not a flag. What has no value
// and should, or the other way round, is refused here: parsers differ in what they make of it.
function joinValues(args: readonly string[], flags: Flags): string[] {
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") return [...joined, ...args.slice(i)];
    const [, name = "", given] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (!Object.hasOwn(flags, name)) {
      joined.push(arg);
      continue;
    }
    const { value: wanted } = flags[name]!;
    if (wanted === "") {
      if (given !== undefined) {
        throw new UsageError(`--${name} takes no value: leave ="${given}" out`);
      }
      // A run called true or false is no value of it.
      joined.push(`${arg}=true`);
      continue;
    }
    const next = args[i + 1];
    const value = given ?? (next?.startsWith("--") ? undefined : next);
    if (!value) throw new UsageError(`--${name} needs a value: --${name} ${wanted}`);
    if (given === undefined) i++;
    joined.push(`--${name}=${value}`);
  }
  return joined;
}

/** The known word that was probably meant: spelled much like it, or the only one to hold it (`wasm` in `tfjs-wasm`). */
export function closestTo(word: string, known: readonly string[]): string | null {
  if (word === "") return null;
  const match = closest(word, [...known]);
  if (distance(word, match) <= Math.max(2, Math.floor(match.length / 3))) return match;
  const holding = known.filter((name) => name.includes(word) || word.includes(name));
  return word.length > 2 && holding.length === 1 ? holding[0]! : null;
}

/** `: did you mean quick?` when something known is spelled much like it, else `: choose from` all that is known. */
export function nearest(word: string, known: readonly string[]): string {
  const meant = closestTo(word, known);
  return meant === null ? `: choose from ${known.join(", ")}` : `: did you mean ${meant}?`;
}

/** One of the known words. */
export function oneOf(what: string, word: string, known: readonly string[]): string {
  if (known.includes(word)) return word;
  throw new UsageError(`there is no ${what} "${word}"${nearest(word, known)}`);
}

/** A whole number of at least `least`; `or` names what else the flag takes. */
export function whole(flag: string, text: string, least: number, or = ""): number {
  const value = Number(text);
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(
    `--${flag} must be a whole number from ${least}${or && ` or ${or}`}, got ${quote(text)}`,
  );
}

/** A finite number, above `above` if that is given; `or` names what else the flag takes. */
export function decimal(
  flag: string,
  text: string,
  { above, from, or = "" }: { above?: number; from?: number; or?: string } = {},
): number {
  const value = text.trim() === "" ? NaN : Number(text);
  const within = (above === undefined || value > above) && (from === undefined || value >= from);
  if (Number.isFinite(value) && within) return value;
  const least = above === undefined ? from === undefined ? "" : ` from ${from}` : ` above ${above}`;
  const range = least + (or && ` or ${or}`);
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

// The arguments of `deno task bench`.

import { parseArgs } from "@std/cli/parse-args";

/** The arguments are wrong; the message is one sentence with the remedy. */
export class UsageError extends Error {
  /** Names the error in messages. */
  override name = "UsageError";
}

/** What to run, and where results go. */
export interface Arguments {
  /** Parts of the names of rows to run; none for all. */
  only: string[];
  /** Samples of each side. */
  rounds: number;
  /** JSON lines on stdout instead of a table. */
  json: boolean;
  /** File for the whole result, raw samples included. */
  out: string | null;
  /** The commit that is measured, where git cannot tell. */
  commit: string | null;
  /** Show the help and do nothing else. */
  help: boolean;
}

/** What `--help` prints. */
export const HELP = `deno task bench [flags]
  time this project beside its peers, in turns, and compare the medians

  --only TEXT   only rows whose name, subject or peer contains TEXT; may be repeated, or a list with commas
  --rounds N    samples of each side, 5 by default
  --json        one JSON object a line on stdout, nothing else there
  --out FILE    also write the whole result, raw samples included, to a file under bench/results
  --commit HASH the commit that is measured, where there is no git to ask
  --help        this text

example
  deno task bench --only matmul/1024 --out bench/results/matmul.json`;

const VALUED: readonly string[] = ["only", "rounds", "out", "commit"];

/** Parses the arguments. Throws a {@linkcode UsageError} for what it does not know or cannot use. */
export function parseArguments(args: readonly string[]): Arguments {
  const parsed = parseArgs([...args], {
    string: VALUED,
    collect: VALUED,
    boolean: ["json", "help"],
    alias: { help: "h" },
    unknown: (arg: string, key?: string): boolean => {
      const what = key === undefined ? `argument "${arg}"` : `flag ${arg.replace(/=.*$/s, "")}`;
      throw new UsageError(`bench has no ${what}: see deno task bench --help`);
    },
  }) as unknown as { json: boolean; help: boolean } & Record<string, string[]>;
  const values = (flag: string): string[] => parsed[flag] ?? [];
  for (const flag of VALUED) {
    if (values(flag).includes("")) throw new UsageError(`--${flag} needs a value`);
    if (flag !== "only" && values(flag).length > 1) {
      throw new UsageError(`--${flag} is given ${values(flag).length} times: give it once`);
    }
  }
  const rounds = values("rounds")[0] ?? "5";
  if (!/^[1-9]\d{0,3}$/.test(rounds)) {
    throw new UsageError(
      `--rounds must be a whole number from 1 to 9999, got ${JSON.stringify(rounds)}`,
    );
  }
  return {
    only: values("only").flatMap((text) => text.split(",")).map((text) => text.trim()).filter((
      text,
    ) => text !== ""),
    rounds: Number(rounds),
    json: parsed.json,
    out: values("out")[0] ?? null,
    commit: values("commit")[0] ?? null,
    help: parsed.help,
  };
}

/** The rows that `--only` asks for, all if it asks for nothing. Throws a {@linkcode UsageError} if one text meets none. */
export function select<T extends { name: string; subject: string; peer: string }>(
  rows: readonly T[],
  only: readonly string[],
): T[] {
  const meets = ({ name, subject, peer }: T, text: string): boolean =>
    [name, subject, peer].some((word) => word.includes(text));
  for (const text of only) {
    if (rows.some((row) => meets(row, text))) continue;
    const names = [...new Set(rows.map(({ name }) => name))];
    throw new UsageError(`--only ${text} meets no row: choose from ${names.join(", ")}`);
  }
  return only.length === 0
    ? [...rows]
    : rows.filter((row) => only.some((text) => meets(row, text)));
}

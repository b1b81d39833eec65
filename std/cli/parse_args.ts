// Stand-in for jsr:@std/cli/parse-args where JSR is out of reach: the subset of its options that
// minimist, of which the real one is a descendant, can be made to treat alike.
import untyped from "minimist";

const minimist: (args: string[], options: object) => Record<string, unknown> = untyped;

type Names<T extends string> = T | readonly T[];

/** What {@linkcode parseArgs} knows of the flags. */
export interface ParseOptions<
  TBooleans extends string = never,
  TStrings extends string = never,
  TCollectable extends string = never,
> {
  /** Flags without a value: `false` unless given. */
  boolean?: Names<TBooleans>;
  /** Flags with a value, never turned into a number: `undefined` unless given. */
  string?: Names<TStrings>;
  /** Flags that may be repeated: an array, empty unless given. Of the others the last one counts. */
  collect?: Names<TCollectable>;
  /** Flags that `--no-NAME` sets to `false`; elsewhere that is the flag `no-NAME`. */
  negatable?: Names<NoInfer<TBooleans | TStrings>>;
  /** Other names for a flag. */
  alias?: Record<string, string | readonly string[]>;
  /** Values of flags that are not given. */
  default?: Record<string, unknown>;
  /** Whether everything after the first positional argument is positional. */
  stopEarly?: boolean;
  /** Called for a positional argument (without `key`) and for a flag not named in these options; `false` drops it. */
  unknown?: (arg: string, key?: string) => unknown;
}

/** The flags by name, and in `_` the positional arguments, as numbers where they look like it. */
export type Args<
  TBooleans extends string = never,
  TStrings extends string = never,
  TCollectable extends string = never,
> =
  & Record<string, unknown>
  & { [K in TBooleans]: boolean }
  & { [K in Exclude<TStrings, TCollectable>]?: string }
  & { [K in TCollectable]: string[] }
  & { _: (string | number)[] };

/** Parses command line arguments. */
export function parseArgs<
  TBooleans extends string = never,
  TStrings extends string = never,
  TCollectable extends string = never,
>(
  args: string[],
  options: ParseOptions<TBooleans, TStrings, TCollectable> = {},
): Args<TBooleans, TStrings, TCollectable> {
  const { alias = {}, unknown } = options;
  const others = (name: string): string[] =>
    Object.entries(alias).map(([key, names]) => [key, names].flat())
      .find((names) => names.includes(name)) ?? [name];
  const all = (names: Names<string> = []): Set<string> => new Set([names].flat().flatMap(others));
  const collect = all(options.collect);
  const negatable = all(options.negatable);

  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const parsed = minimist([
    // minimist lets every flag be negated: give it what is not negatable as a flag of that name.
    ...args.slice(0, end).map((arg) => {
      const name = /^--no-([^=]+)$/.exec(arg)?.[1];
      return name !== undefined && !negatable.has(name) ? `${arg}=true` : arg;
    }),
    ...args.slice(end),
  ], {
    ...options,
    unknown: (arg: string): boolean => {
      const [, key, value] = /^--?([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
      return unknown?.(key?.startsWith("no-") && value === "true" ? `--${key}` : arg, key) !==
        false;
    },
  });

  for (const [key, value] of Object.entries(parsed)) {
    if (key === "_" || value === options.default?.[key]) continue;
    if (collect.has(key)) parsed[key] = [value].flat();
    else if (Array.isArray(value)) parsed[key] = value.at(-1);
  }
  for (const key of collect) if (!parsed[key]) parsed[key] = [];
  return parsed as Args<TBooleans, TStrings, TCollectable>;
}

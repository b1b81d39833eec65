// Stand-in for jsr:@std/cli/parse-args where JSR is out of reach: the real one's options, and what it makes of every
// argument (version 1.0.32), told from tests that both pass.

type Names<T extends string> = T | readonly T[];

/** What {@linkcode parseArgs} knows of the flags. */
export interface ParseOptions<
  TBooleans extends string = never,
  TStrings extends string = never,
  TCollectable extends string = never,
> {
  /** Whether what follows `--` goes to a list of that name; otherwise it is positional. */
  "--"?: boolean;
  /** Flags without a value: `false` unless given. With `true`, all that begin with two hyphens and have no `=`. */
  boolean?: Names<TBooleans> | boolean;
  /** Flags with a value, never turned into a number: `undefined` unless given, and empty without one. */
  string?: Names<TStrings>;
  /** Flags that may be repeated: an array. Of the others the last one counts. */
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
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
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
  const parser = new Parser(options as ParseOptions<string, string, string>);
  const end = args.indexOf("--");
  const [before, after] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  // Looked up each time: to the real one, too, "_" is a flag like any other.
  const keep = (...words: (string | number)[]): void => {
    (parser.parsed._ as unknown[]).push(...words);
  };
  for (let i = 0; i < before.length; i++) {
    const arg = before[i]!;
    if (/^-./s.test(arg)) {
      if (parser.flag(arg, before[i + 1])) i++;
      continue;
    }
    if (options.unknown?.(arg) !== false) keep(parser.positional(arg));
    if (!options.stopEarly) continue;
    keep(...before.slice(i + 1));
    break;
  }
  parser.complete();
  if (options["--"]) parser.parsed["--"] = after;
  else keep(...after);
  return parser.parsed as Args<TBooleans, TStrings, TCollectable>;
}

type Value = string | number | boolean;
type Tree = { [name: string]: unknown };

class Parser {
  readonly parsed: Tree = { _: [] };
  readonly #options: ParseOptions<string, string, string>;
  readonly #aliases = new Map<string, string[]>();
  readonly #booleans: Set<string>;
  readonly #strings: Set<string>;
  readonly #collected: Set<string>;
  readonly #negatable: Set<string>;

  constructor(options: ParseOptions<string, string, string>) {
    this.#options = options;
    for (const [name, others] of Object.entries(options.alias ?? {})) {
      if (others === undefined) throw new TypeError(`the alias of ${name} is undefined: name it`);
      const group = new Set([name, ...[others].flat()]);
      for (const one of group) this.#aliases.set(one, [...group].filter((other) => other !== one));
    }
    const named = (names: Names<string> = []): Set<string> =>
      new Set([names].flat().filter(Boolean).flatMap((name) => [name, ...this.#others(name)]));
    const { boolean } = options;
    this.#booleans = named(typeof boolean === "boolean" ? [] : boolean);
    this.#strings = named(options.string);
    this.#collected = named(options.collect);
    this.#negatable = named(options.negatable);
  }

  /** A positional argument as it is kept. */
  positional(arg: string): string | number {
    return this.#strings.has("_") ? arg : numbered(arg);
  }

  /** Takes a flag, or several in one word; says whether `next` was its value. */
  flag(arg: string, next: string | undefined): boolean {
    return arg.startsWith("--") ? this.#long(arg, next) : this.#short(arg, next);
  }

  /** Gives the flags that were not given what they have then. */
  complete(): void {
    for (const [name, value] of Object.entries(this.#options.default ?? {})) {
      if (has(this.parsed, name)) continue;
      for (const one of [name, ...this.#others(name)]) put(this.parsed, one, value);
    }
    for (const name of [...this.#booleans, ...this.#strings]) {
      if (has(this.parsed, name)) continue;
      if (this.#collected.has(name)) put(this.parsed, name, []);
      else if (this.#booleans.has(name)) put(this.parsed, name, false);
    }
  }

  #long(arg: string, next: string | undefined): boolean {
    const negated = arg.startsWith("--no-") && arg.length > "--no-".length;
    const word = arg.slice(negated ? "--no-".length : 2);
    // A name has at least one character, and be it an equals sign.
    const equals = word.indexOf("=", 1);
    let name = equals < 0 ? word : word.slice(0, equals);
    if (equals >= 0) {
      const value = word.slice(equals + 1);
      this.#set(name, this.#booleans.has(name) ? value !== "false" : value, arg);
      return false;
    }
    if (negated) {
      if (this.#negatable.has(name)) {
        this.#set(name, false, arg, { collect: false });
        return false;
      }
      name = `no-${name}`;
    }
    const takes = this.#options.boolean !== true && !next?.startsWith("-");
    return this.#setByNext(name, arg, { next, takes });
  }

  #short(arg: string, next: string | undefined): boolean {
    for (let at = 1; at < arg.length - 1; at++) {
      const [letter, rest] = [arg[at]!, arg.slice(at + 1)];
      if (rest === "-") {
        this.#set(letter, rest, arg);
        continue;
      }
      const value = valueWithin(letter, rest);
      if (value !== null) {
        this.#set(letter, value, arg);
        return false;
      }
      this.#set(letter, this.#strings.has(letter) ? "" : true, arg);
    }
    const last = arg.at(-1)!;
    // A hyphen at the end was the value of the letter before it.
    if (last === "-") return false;
    return this.#setByNext(last, arg, { next, takes: !/^--?[^-]/.test(next ?? "") });
  }

  // Sets a flag to the next argument where that can be its value: not an empty one, as if there were none.
  #setByNext(
    name: string,
    arg: string,
    { next, takes }: { next: string | undefined; takes: boolean },
  ): boolean {
    const isBoolean = [name, ...this.#others(name)].some((one) => this.#booleans.has(one));
    if (next && takes && !isBoolean) {
      this.#set(name, next, arg);
      return true;
    }
    if (next === "true" || next === "false") {
      this.#set(name, next === "true", arg);
      return true;
    }
    this.#set(name, this.#strings.has(name) ? "" : true, arg);
    return false;
  }

  #set(name: string, value: Value, arg: string, { collect = true } = {}): void {
    const { boolean, unknown } = this.#options;
    const kinds = [this.#booleans, this.#strings, this.#aliases, this.#collected];
    const known = kinds.some((names) => names.has(name)) ||
      boolean === true && /^--[^=]+$/.test(arg);
    if (!known && unknown?.(arg, name, value) === false) return;
    const typed = typeof value === "string" && !this.#strings.has(name) ? numbered(value) : value;
    const add = collect && this.#collected.has(name) ? collected : put;
    for (const one of [name, ...this.#others(name)]) add(this.parsed, one, typed);
  }

  #others(name: string): readonly string[] {
    return this.#aliases.get(name) ?? [];
  }
}

// The value that follows a letter in the same word, as in -n5, -n=5 and -I/usr; null where another letter follows.
function valueWithin(letter: string, rest: string): string | null {
  if (rest === "=") return "";
  if (/[a-z]/i.test(letter)) {
    const assigned = /=(.+)/.exec(rest)?.[1];
    if (assigned !== undefined) return assigned;
    if (/\d(\.\d*)?(e-?\d+)?$/.test(rest)) return rest;
  }
  // The last character alone is a flag of its own, whatever it is.
  return rest.length > 1 && /^\W/.test(rest) ? rest : null;
}

function numbered(text: string): string | number {
  return /\S/.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
}

// The part of the tree that a name with dots leads to, and its last word; null for names that are JavaScript's own.
function place(tree: Tree, name: string): [Tree, string] | null {
  const own = (part: Tree, word: string): boolean =>
    word === "__proto__" || word === "constructor" && typeof part[word] === "function";
  const words = name.split(".");
  const last = words.pop()!;
  let part = tree;
  for (const word of words) {
    if (own(part, word)) return null;
    part = (part[word] ??= {}) as Tree;
  }
  return own(part, last) ? null : [part, last];
}

function put(tree: Tree, name: string, value: unknown): void {
  const found = place(tree, name);
  if (found) found[0][found[1]] = value;
}

function collected(tree: Tree, name: string, value: unknown): void {
  const found = place(tree, name);
  if (!found) return;
  const [part, word] = found;
  const before = part[word];
  if (Array.isArray(before)) before.push(value);
  else part[word] = before ? [before, value] : [value];
}

function has(tree: Tree, name: string): boolean {
  let part: unknown = tree;
  for (const word of name.split(".")) {
    if (!Object.hasOwn(part as Tree, word)) return false;
    part = (part as Tree)[word];
  }
  return true;
}

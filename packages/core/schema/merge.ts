// Changes to settings, deeply.

/** Every part of `T`, or of its parts, may be left out. */
export type Changes<T> = T extends readonly unknown[] ? T
  : T extends object ? { [part in keyof T]?: Changes<T[part]> | undefined }
  : T;

type Settings = Readonly<Record<string, unknown>>;

// What tells one kind of a part from another.
const TAGS = ["kind", "by"];

/** Settings with changes, which go into their parts; a part that becomes one of another kind is replaced, and so are lists. */
export function merge<T>(settings: T, changes: Changes<NoInfer<T>> | undefined): T {
  if (changes === undefined) return settings;
  if (!isSettings(settings) || !isSettings(changes)) return structuredClone(changes) as T;
  const other = TAGS.some((tag) => changes[tag] !== undefined && changes[tag] !== settings[tag]);
  if (other) return structuredClone(changes) as T;
  const merged = Object.entries(changes)
    .map(([part, change]) => [part, merge(settings[part] as unknown, change as never)]);
  return { ...settings, ...Object.fromEntries(merged) } as T;
}

function isSettings(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

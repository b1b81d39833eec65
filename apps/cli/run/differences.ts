// What became of settings that should have stayed as they were.

// How many a message names.
const MOST_NAMED = 3;

/** Where `found` is not what was `expected`, a clause each, by dotted names; what is found besides counts too. */
export function differences(expected: unknown, found: unknown, name = ""): string[] {
  if (expected?.constructor === Object && found?.constructor === Object) {
    const [a, b] = [expected, found] as [Record<string, unknown>, Record<string, unknown>];
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].flatMap((key) =>
      differences(a[key], b[key], name === "" ? key : `${name}.${key}`)
    );
  }
  const lists = Array.isArray(expected) && Array.isArray(found) &&
    expected.length === found.length;
  // Lists of numbers tell most as a whole.
  if (lists && expected.some((value) => typeof value === "object")) {
    return expected.flatMap((value, i) => differences(value, found[i], `${name}.${i}`));
  }
  const [a, b] = [expected, found].map((value) => JSON.stringify(value));
  if (a === b) return [];
  return [`${name} is ${b ?? "missing"} and was ${a ?? "not there"}`];
}

/** The first differences, and how many more there are. */
export function summary(differences: readonly string[]): string {
  const more = differences.length - MOST_NAMED;
  const named = differences.slice(0, MOST_NAMED).join("; ");
  return more > 0 ? `${named}; and ${more} more` : named;
}

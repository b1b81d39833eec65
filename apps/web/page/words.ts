// Numbers as people read them.

const whole = new Intl.NumberFormat("en");

/** A number of things: `59,000`. */
export function count(n: number): string {
  return whole.format(n);
}

/** A fraction in per cent: `9.4 %`. */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}

/** A number of some size, with three digits. */
export function figure(n: number): string {
  return n === 0 ? "0" : String(Number(n.toPrecision(3)));
}

/** What went wrong, as a sentence. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

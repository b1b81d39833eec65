// The result as people read it: a header, a line a row, and what was left out.

import type { Missing, Origin, Row } from "./_result.ts";

const COLUMNS = [36, 20, 18, 10, 10, 8];

/** What ran where. */
export function header({ machine, versions, commit }: Origin, rounds: number): string {
  const { cpu, cores, os, load, adapter, driver, cuda } = machine;
  const listed = Object.entries(versions).filter(([, version]) => version !== null);
  return [
    `machine   ${cpu}, ${cores} cores, ${os}, load ${load}`,
    `adapter   ${adapter ?? "none"}`,
    ...driver === null ? [] : [`driver    ${driver}`],
    ...cuda === null ? [] : [`cuda      ${cuda}`],
    `versions  ${listed.map(([name, version]) => `${name} ${version}`).join(", ")}`,
    `commit    ${commit ?? "unknown"}`,
    `medians of ${rounds}, subject and peer in turns; ratio over 1: the subject is faster (or smaller)`,
    "",
    line(["row", "subject", "peer", "subject", "peer", "ratio"]) + "  unit",
  ].join("\n");
}

/** One row; `rate` turns a sample into what people compare. */
export function tableRow(row: Row, rate?: (sample: number) => string): string {
  const { name, subject, peer, subjectMedian, peerMedian, ratio, unit } = row;
  const rates = rate ? ` (${rate(subjectMedian)}, ${rate(peerMedian)})` : "";
  const figures = [digits(subjectMedian), digits(peerMedian), ratio.toFixed(2)];
  return `${line([name, subject, peer, ...figures])}  ${unit}${rates}`;
}

/** A row that is not there, and why. */
export function tableGap({ name, subject, peer, reason, remedy }: Missing, what: string): string {
  const why = remedy === null ? reason : `${reason}; ${remedy}`;
  return `${line([name, subject, peer])}  ${what}: ${why}`;
}

function line(cells: readonly string[]): string {
  return cells.map((cell, i) => {
    const width = COLUMNS[i]!;
    return i < 3 ? cell.padEnd(width) : cell.padStart(width);
  }).join("");
}

function digits(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(4);
}

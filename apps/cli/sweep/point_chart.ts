// Numbered points over two axes, with the single measurements behind them.

import { type Chart, draw, figure, labelled } from "../report/charts.ts";

/** A place in a chart. */
export interface Point {
  /** From left to right. */
  x: number;
  /** From bottom to top. */
  y: number;
}

/** What {@linkcode pointChart} draws. */
export interface Points {
  /** What it shows. */
  title: string;
  /** The axes' titles, with units. */
  x: string;
  /** The axes' titles, with units. */
  y: string;
  /** The points, each with its number and its name. */
  points: readonly (Point & { number: number; name: string })[];
  /** What they sum up, drawn small. */
  behind: readonly Point[];
}

/** Points with their numbers: colours would not tell many apart, and a legend would be longer than the chart. */
export async function pointChart({ title, x, y, points, behind }: Points): Promise<Chart> {
  const axis = (field: "x" | "y", name: string): Record<string, unknown> => {
    const values = [...points, ...behind].map((point) => point[field]);
    // Around a single value there is no other scale to be read.
    const zero = Math.min(...values) === Math.max(...values);
    const axis = { tickCount: 6, ...(field === "x" ? { grid: false } : {}) };
    return { field, type: "quantitative", title: name, scale: { zero, nice: true }, axis };
  };
  const encoding = { x: axis("x", x), y: axis("y", y) };
  const svg = await draw({
    data: { values: points },
    layer: [
      {
        data: { values: behind },
        mark: { type: "circle", size: 16, color: "var(--quiet)", opacity: 1 },
        encoding,
      },
      { mark: { type: "circle", size: 60, color: "var(--series-1)", opacity: 1 }, encoding },
      {
        mark: { type: "text", align: "left", dx: 7, color: "var(--ink)" },
        encoding: { ...encoding, text: { field: "number", type: "quantitative" } },
      },
    ],
  });
  const words = points.map(({ number, x, y }) => `${number} at ${figure(x)} and ${figure(y)}`);
  return labelled({ title, description: `Points of ${y} by ${x}: ${words.join("; ")}.` }, svg, [], [
    ["", "setting", x, y],
    ...points.map(({ number, name, x, y }) => [String(number), name, figure(x), figure(y)]),
  ]);
}

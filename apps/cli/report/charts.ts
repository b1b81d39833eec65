// Charts as static SVG, drawn by Vega-Lite and Vega when the report is written.

import { parse, View } from "vega";
import { compile, type Config, type TopLevelSpec } from "vega-lite";
import { Html, html } from "./html.ts";
import { COLOURS } from "./style.ts";

/** A chart: its picture and what it says in words and figures. */
export interface Chart {
  /** What it shows. */
  title: string;
  /** What it shows to who cannot see it. */
  description: string;
  /** An `<svg>` with the description as its label. */
  svg: Html;
  /** What its lines mean; none where it has but one. */
  legend: Key[];
  /** Its figures, a row of texts each; the first row is the header. */
  table: string[][];
}

/** A line in a legend. */
export interface Key {
  /** What it stands for. */
  name: string;
  /** Its colour. */
  colour: string;
  /** Its dashes and gaps. */
  dash: readonly number[];
}

/** A line of {@linkcode lineChart}. */
export interface Series {
  /** Its name in the legend. */
  name: string;
  /** Where it goes, from left to right. */
  points: readonly { x: number; y: number }[];
  /** Which of the colours it has, by default its own place among the series. */
  colour?: number;
  /** Whether it is dashed; by default what the colours alone would not tell apart is. */
  dashed?: boolean;
}

/** What {@linkcode lineChart} draws. */
export interface Lines {
  /** What it shows. */
  title: string;
  /** The axes' titles, with units. */
  x: string;
  /** The axes' titles, with units. */
  y: string;
  /** The lines. */
  series: readonly Series[];
  /** A horizontal line across, with its name. */
  rule?: { y: number; name: string } | undefined;
  /** Whether the vertical axis begins at zero, or is logarithmic where the values fall far. */
  scale?: "zero" | "log";
}

// The size in which the charts are drawn; the page scales them a little to its columns.
const WIDTH = 370;
const HEIGHT = 260;
const DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]];
const DOTTED = [1, 3];
const MOST_POINTS = 30;
// Losses that fall further than this are read better on a logarithmic axis.
const WIDE = 20;

/** Lines over a common axis. */
export async function lineChart({ title, x, y, series, rule, scale }: Lines): Promise<Chart> {
  const values = series.flatMap(({ name, points }) => points.map((point) => ({ ...point, name })));
  const ys = values.map(({ y }) => y);
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const log = scale === "log" && low > 0 && high / low > WIDE;
  // Around a single value there is no other scale to be read.
  const zero = scale === "zero" || low === high;
  const xs = values.map(({ x }) => x);
  const whole = xs.every(Number.isInteger);
  const keys = series.map(({ name, colour, dashed }, i) => {
    const place = colour ?? i;
    return key(name, place, dashed === undefined ? Math.floor(place / COLOURS) : Number(dashed));
  });
  const encoding = {
    x: {
      field: "x",
      type: "quantitative",
      title: x,
      scale: { zero: false, nice: !whole },
      axis: {
        grid: false,
        labelFlush: false,
        ...(whole ? { values: wholeTicks(xs), format: "d" } : { tickCount: 6 }),
      },
    },
    y: {
      field: "y",
      type: "quantitative",
      title: log ? `${y}, log scale` : y,
      scale: log ? { type: "log", nice: false } : { zero, nice: true },
      axis: log ? { values: logTicks(ys) } : { tickCount: 5 },
    },
    ...appearance(keys),
  };
  const most = Math.max(...series.map(({ points }) => points.length));
  const point = most <= MOST_POINTS ? { size: 22, filled: true } : false;
  const svg = await draw({
    data: { values },
    layer: [{ mark: { type: "line", point, strokeWidth: 2 }, encoding }, ...across(rule)],
  });
  const from = (n: number | undefined): string => n === undefined ? "nothing" : figure(n);
  const described = series.map(({ name, points }) =>
    points.length < 2
      ? `${name} is ${from(points[0]?.y)}`
      : `${name} goes from ${from(points[0]!.y)} to ${from(points.at(-1)!.y)}`
  );
  if (rule) described.push(`${rule.name} is ${figure(rule.y)}`);
  const columns = [...new Set(xs)].toSorted((a, b) => a - b);
  const lookup = series.map(({ points }) => new Map(points.map(({ x, y }) => [x, y])));
  return labelled(
    { title, description: `Lines of ${y} by ${x}: ${described.join("; ")}.` },
    svg,
    rule ? [...keys, { name: rule.name, colour: "var(--ink)", dash: DOTTED }] : keys,
    [
      [x, ...series.map(({ name }) => name)],
      ...columns.map((x) => [
        figure(x),
        ...lookup.map((points) => points.has(x) ? figure(points.get(x)!) : ""),
      ]),
    ],
  );
}

/** What {@linkcode distributionChart} draws. */
export interface Distributions {
  /** What it shows. */
  title: string;
  /** The horizontal axis' title, with its unit. */
  x: string;
  /** `[bins + 1]` edges of the bins. */
  edges: readonly number[];
  /** The distributions: for each bin the fraction of values in it. */
  series: readonly { name: string; fractions: readonly number[] }[];
  /** A vertical line, with its name. */
  rule: { x: number; name: string };
  /** What is to be said in words. */
  words: string;
}

/** Distributions over each other, as filled steps. */
export async function distributionChart(
  { title, x, edges, series, rule, words }: Distributions,
): Promise<Chart> {
  const values = series.flatMap(({ name, fractions }) => {
    const steps = fractions.map((f, bin) => ({ name, x: edges[bin]!, y: 100 * f }));
    // The last step ends where the last bin does.
    return [...steps, { name, x: edges.at(-1)!, y: 100 * fractions.at(-1)! }];
  });
  const keys = series.map(({ name }, i) => key(name, i, i));
  const encoding = {
    x: {
      field: "x",
      type: "quantitative",
      title: x,
      scale: { zero: false, nice: true },
      axis: { grid: false, tickCount: 6 },
    },
    y: {
      field: "y",
      type: "quantitative",
      stack: null,
      title: "share (%)",
      axis: { tickCount: 5 },
    },
    ...appearance(keys),
  };
  const { strokeDash: _, ...filled } = encoding;
  const svg = await draw({
    data: { values },
    layer: [
      { mark: { type: "area", interpolate: "step-after", opacity: 0.25 }, encoding: filled },
      { mark: { type: "line", interpolate: "step-after", strokeWidth: 1.5 }, encoding },
      {
        data: { values: [{}] },
        mark: { type: "rule", color: "var(--ink)", strokeWidth: 1.5 },
        encoding: { x: { datum: rule.x } },
      },
      {
        data: { values: [{}] },
        mark: { type: "text", y: 0, dy: -5, baseline: "bottom", color: "var(--ink)" },
        encoding: { x: { datum: rule.x }, text: { value: rule.name } },
      },
    ],
  });
  return labelled({ title, description: `Distributions of ${x}. ${words}` }, svg, keys, [
    ["from", "to", ...series.map(({ name }) => `${name} (%)`)],
    ...edges.slice(0, -1).map((edge, bin) => [
      figure(edge),
      figure(edges[bin + 1]!),
      ...series.map(({ fractions }) => (100 * fractions[bin]!).toFixed(1)),
    ]),
  ]);
}

/** What {@linkcode barChart} draws. */
export interface Bars {
  /** What it shows. */
  title: string;
  /** The axis' title, with its unit. */
  x: string;
  /** The bars, from top to bottom, each in one of the colours, or in none. */
  bars: readonly { name: string; value: number; colour?: number }[];
}

/** Horizontal bars with their figures. */
export async function barChart({ title, x, bars }: Bars): Promise<Chart> {
  const values = bars.map(({ name, value }) => ({ name, value, text: value.toFixed(2) }));
  const colours = bars.map(({ name, colour }) =>
    colour === undefined ? "var(--quiet)" : key(name, colour, 0).colour
  );
  const y = {
    field: "name",
    type: "nominal",
    sort: null,
    title: null,
    axis: { ticks: false, domain: false, labelLimit: 180 },
  };
  const most = Math.max(...bars.map(({ value }) => value)) || 1;
  const across = {
    field: "value",
    type: "quantitative",
    title: x,
    // Room for the figure to the right of the longest bar.
    scale: { domain: [0, 1.2 * most], nice: false },
    axis: { tickCount: 4 },
  };
  const height = Math.max(HEIGHT / 2, 34 * bars.length + 50);
  const svg = await draw({
    height,
    data: { values },
    layer: [
      {
        mark: { type: "bar", height: { band: 0.7 } },
        encoding: {
          y,
          x: across,
          color: {
            field: "name",
            type: "nominal",
            scale: { domain: bars.map(({ name }) => name), range: colours },
            legend: null,
          },
        },
      },
      {
        mark: { type: "text", align: "left", dx: 4, color: "var(--ink)" },
        encoding: { y, x: across, text: { field: "text", type: "nominal" } },
      },
    ],
  });
  const words = values.map(({ name, text }) => `${name} ${text}`).join("; ");
  return labelled({ title, description: `Bars of ${x}: ${words}.` }, svg, [], [
    ["", x],
    ...values.map(({ name, text }) => [name, text]),
  ]);
}

function key(name: string, colour: number, dash: number): Key {
  return {
    name,
    colour: `var(--series-${1 + colour % COLOURS})`,
    dash: DASHES[dash % DASHES.length]!,
  };
}

// Colour and dash of each series. The legend is the page's: there its text wraps, and nothing is cut off.
function appearance(keys: readonly Key[]): { color: unknown; strokeDash: unknown } {
  const domain = keys.map(({ name }) => name);
  const common = { field: "name", type: "nominal", legend: null, sort: domain };
  return {
    color: { ...common, scale: { domain, range: keys.map(({ colour }) => colour) } },
    strokeDash: { ...common, scale: { domain, range: keys.map(({ dash }) => dash) } },
  };
}

// A horizontal line, if there is one.
function across(rule: Lines["rule"]): Record<string, unknown>[] {
  if (!rule) return [];
  const mark = { type: "rule", color: "var(--ink)", strokeDash: DOTTED, strokeWidth: 1.5 };
  return [{ data: { values: [{}] }, mark, encoding: { y: { datum: rule.y } } }];
}

// At most eight whole numbers, so that no axis counts half epochs.
function wholeTicks(xs: readonly number[]): number[] {
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  const step = [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000].find((s) => (high - low) / s <= 7) ??
    (high - low) / 7;
  const ticks = [low];
  for (let tick = Math.ceil((low + step / 2) / step) * step; tick <= high; tick += step) {
    ticks.push(tick);
  }
  return ticks;
}

// 1, 2 and 5 times the powers of ten.
function logTicks(ys: readonly number[]): number[] {
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const powers = Array.from(
    { length: Math.ceil(Math.log10(high / low)) + 2 },
    (_, i) => Math.floor(Math.log10(low)) + i,
  );
  const few = high / low > 1000 ? [1] : [1, 2, 5];
  return powers.flatMap((power) => few.map((n) => Number(`${n}e${power}`)))
    .filter((tick) => tick >= low && tick <= high);
}

const config: Config = {
  background: "transparent",
  font: "sans-serif",
  axis: {
    labelColor: "var(--ink)",
    titleColor: "var(--ink)",
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
    domainColor: "var(--line)",
    tickColor: "var(--line)",
    gridColor: "var(--grid)",
    labelOverlap: true,
  },
  text: { fontSize: 12 },
  view: { stroke: null },
};

/** Draws a specification of Vega-Lite, in the size and the style of all charts. */
export async function draw(spec: Record<string, unknown>): Promise<string> {
  const size = { width: WIDTH, height: HEIGHT, autosize: { type: "fit", contains: "padding" } };
  const { spec: vega } = compile({ ...size, padding: 4, ...spec, config } as TopLevelSpec);
  const view = new View(parse(vega), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** An SVG as a part of a page: with a label, and without the namespaces that only a file of its own needs. */
export function labelled(
  { title, description }: { title: string; description: string },
  svg: string,
  keys: Key[],
  table: string[][],
): Chart {
  const [head = ""] = svg.match(/^<svg[^>]*>/) ?? [];
  const [, box = ""] = head.match(/viewBox="([\d. -]+)"/) ?? [];
  const body = svg.slice(head.length).replaceAll(
    / (?:aria-[a-z]+|role|pointer-events)="[^"]*"/g,
    "",
  );
  const label = html`<svg role="img" viewBox="${box}" aria-label="${title}. ${description}">`;
  const legend = keys.length > 1 ? keys : [];
  return { title, description, svg: new Html(label.source + body), legend, table };
}

/** A number as tables and descriptions of charts have it. */
export function figure(n: number): string {
  return Number.isInteger(n) ? String(n) : String(Number(n.toPrecision(4)));
}

// Curves over a common axis, drawn by uPlot in the page's colours.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

/** A curve. */
export interface Curve {
  /** What it is called. */
  name: string;
  /** The custom property that has its colour. */
  colour: string;
  /** Whether it is dashed, so that colour alone need not tell. */
  dashed?: boolean;
  /** Where on the axis its values are, rising. */
  xs: readonly number[];
  /** Its values; null where it has none. */
  values: readonly (number | null)[];
}

/** What {@linkcode LineChart} draws. */
export interface LineChartProps {
  /** What it shows. */
  title: string;
  /** The axis' name. */
  x: string;
  /** The curves. */
  curves: readonly Curve[];
  /** What its course is, in words. */
  words: string;
  /** Whether the values' axis is logarithmic. */
  log?: boolean;
  /** The highest value that is shown where all are below it. */
  top?: number;
}

const HEIGHT = 220;
/** What there is above and below on a logarithmic axis. */
const ROOM = 1.25;
/** So many points are shown as such. */
const FEW = 30;

/** Curves, with their names and with words for those who do not see them. */
export function LineChart(props: LineChartProps): JSX.Element {
  const { title, curves, words } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const element = place.current!;
    const make = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(options(latest.current, element), data(latest.current), element);
    };
    make();
    const resize = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT })
    );
    resize.observe(element);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", make);
    return () => {
      resize.disconnect();
      dark.removeEventListener("change", make);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [curves.map(({ name }) => name).join(), props.log]);
  useEffect(() => plot.current?.setData(data(props)), [curves]);

  return (
    <figure class="chart">
      <figcaption>
        <b>{title}</b>
        {curves.length > 1 && (
          <span class="legend">
            {curves.map(({ name, colour, dashed }) => (
              <span key={name}>
                <i class={`${dashed ? "dashed " : ""}${colour.slice(2)}`} aria-hidden="true" />
                {name}
              </span>
            ))}
          </span>
        )}
      </figcaption>
      <div class="plot" ref={place} role="img" aria-label={`${title}. ${words}`} />
    </figure>
  );
}

function data({ curves }: LineChartProps): uPlot.AlignedData {
  return uPlot.join(curves.map(({ xs, values }): uPlot.AlignedData => [[...xs], [...values]]));
}

function options({ x, curves, log, top }: LineChartProps, element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const font = `12px ${style.fontFamily}`;
  const axis: uPlot.Axis = {
    stroke: colour("--faint"),
    font,
    labelFont: font,
    grid: { stroke: colour("--grid"), width: 1 },
    ticks: { stroke: colour("--grid"), width: 1, size: 4 },
  };
  const still = matchMedia("(pointer: coarse)").matches;
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: {
      show: !still,
      drag: { setScale: false, x: false, y: false },
      points: { show: !still },
    },
    scales: {
      x: { time: false },
      y: {
        distr: log ? 3 : 1,
        range: (_, least, most): uPlot.Range.MinMax =>
          log
            ? [(least ?? 1) / ROOM, (most ?? 10) * ROOM]
            : [0, Math.max(top ?? 0, 1.04 * (most ?? 1))],
      },
    },
    axes: [
      { ...axis, label: x, labelSize: 18, size: 30, values: (_, all) => all.map(short) },
      {
        ...axis,
        size: 44,
        // Of a decade 1, 2 and 5.
        ...(log && {
          filter: (_, all): (number | null)[] =>
            all.map((n) => /^[125]/.test(n.toExponential()) ? n : null),
        }),
        values: (_, all) => all.map((n) => n === null ? "" : short(n)),
      },
    ],
    series: [
      {},
      ...curves.map(({ name, colour: own, dashed }): uPlot.Series => ({
        label: name,
        stroke: colour(own),
        width: 2,
        spanGaps: true,
        ...(dashed && { dash: [6, 4] }),
        points: { size: 5, show: (_, __, from, to): boolean => to - from < FEW },
      })),
    ],
  };
}

// Thousands and millions by a letter, for axes are short of room.
function short(n: number): string {
  const size = Math.abs(n);
  if (size >= 1e6) return `${Number((n / 1e6).toPrecision(3))}M`;
  if (size >= 1e4) return `${Number((n / 1e3).toPrecision(3))}k`;
  return String(Number(n.toPrecision(4)));
}

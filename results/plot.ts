// Test error against seconds of training, as an SVG image.

import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { mean } from "../apps/cli/sweep/statistics.ts";
import type { Figure } from "./figure.ts";
import { settingOf } from "./page.ts";
import type { Published } from "./sources.ts";

// Of the points without a time, those that are not on top of each other.
const ACROSS = /jittered|^Hinton's paper$|loeweX|forward-rs/;

interface Point {
  seconds: number | null;
  error: number;
}

// Where a name begins ("left", so it is to the right of its point) or ends: not across the next point.
function side({ seconds, error }: Point, points: readonly Point[]): "left" | "right" {
  const inTheWay = points.some((other) => {
    const across = Math.log10(other.seconds! / seconds!);
    return across > 0 && across < 0.65 && Math.abs(Math.log10(other.error / error)) < 0.03;
  });
  return inTheWay ? "right" : "left";
}

/** The plot of MNIST, both axes logarithmic; published points without a time are lines across. */
export async function errorAndTime(
  figures: readonly Figure[],
  published: readonly Published[],
): Promise<string> {
  const ours = figures.filter(({ dataset }) => dataset === "mnist");
  const points = [
    ...[...Map.groupBy(ours, settingOf).values()].map((runs) => ({
      who: "this project",
      name: `${runs[0]!.recipe}, ${runs[0]!.epochs} epochs`,
      seconds: mean(runs.map(({ trainSeconds }) => trainSeconds)),
      error: 100 * mean(runs.map(({ testError }) => testError))!,
    })),
    ...published.filter(({ dataset, seconds }) => dataset === "mnist" && seconds).map((
      { what, seconds, error },
    ) => ({
      who: "others",
      name: what.replaceAll("`", ""),
      seconds: seconds!,
      error: 100 * error,
    })),
  ];
  const lines = published.filter(({ what, dataset, seconds, error }) =>
    dataset === "mnist" && !seconds && error < 0.02 && ACROSS.test(what)
  ).map(({ what, error }) => ({ name: what, error: 100 * error }));
  const y = {
    field: "error",
    type: "quantitative",
    title: "test error (%)",
    scale: { type: "log", domain: [0.5, 4] },
    axis: { values: [0.5, 0.6, 0.7, 0.8, 1, 1.2, 1.4, 1.6, 2, 2.5, 3, 4] },
  };
  const x = {
    field: "seconds",
    type: "quantitative",
    title: "seconds of training",
    scale: { type: "log", domain: [10, 50_000] },
  };
  const spec = {
    title: "MNIST: test error and seconds of training, Forward-Forward",
    background: "white",
    width: 620,
    height: 400,
    layer: [
      {
        data: { values: lines },
        mark: { type: "rule", strokeDash: [3, 4], color: "#aaa" },
        encoding: { y },
      },
      {
        data: { values: lines },
        mark: {
          type: "text",
          align: "left",
          dx: 4,
          dy: -4,
          color: "#888",
          fontSize: 9,
        },
        encoding: { y, x: { value: 0 }, text: { field: "name" } },
      },
      {
        data: { values: points },
        mark: { type: "point", filled: true, size: 70 },
        encoding: {
          x,
          y,
          color: {
            field: "who",
            type: "nominal",
            title: null,
            scale: {
              domain: ["this project", "others"],
              range: ["#1f5fbf", "#d9822b"],
            },
          },
        },
      },
      ...["left", "right"].map((align) => ({
        data: { values: points.filter((point) => side(point, points) === align) },
        mark: { type: "text", align, dx: align === "left" ? 8 : -8, fontSize: 10 },
        encoding: { x, y, text: { field: "name" } },
      })),
    ],
  };
  const { spec: vega } = compile(spec as unknown as TopLevelSpec);
  return await new View(parse(vega), { renderer: "none" }).toSVG();
}

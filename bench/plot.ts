// Draws what `scaling.ts` measured as two SVG files beside docs/performance.md.

import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Point } from "./scaling.ts";

const [file, folder = "docs/performance"] = Deno.args;
if (file === undefined) {
  console.error("plot: name the result file of bench:scaling: deno task bench:plot FILE");
  Deno.exit(2);
}
const { points } = JSON.parse(await Deno.readTextFile(file)) as { points: Point[] };

const AXES: Record<string, string> = {
  width: "units of each of 3 layers",
  depth: "layers of 500 units",
  batch: "images in an update",
  images: "images in an epoch",
};

function panel(series: string, field: "time" | "memory", unit: string): object {
  const quantity = series === "images" && field === "time" ? "seconds an epoch" : unit;
  return {
    width: 240,
    height: 170,
    data: { values: points.filter((point) => point.series === series) },
    mark: { type: "line", point: true },
    encoding: {
      x: { field: "x", type: "quantitative", title: AXES[series], scale: { domainMin: 0 } },
      y: { field, type: "quantitative", title: quantity, scale: { domainMin: 0 } },
    },
  };
}

async function draw(field: "time" | "memory", unit: string, title: string): Promise<void> {
  const shown = field === "time" ? Object.keys(AXES) : ["width", "depth", "batch"];
  const spec = {
    title,
    background: "white",
    columns: 2,
    concat: shown.map((series) => panel(series, field, unit)),
  };
  const { spec: vega } = compile(spec as unknown as TopLevelSpec);
  const svg = await new View(parse(vega), { renderer: "none" }).toSVG();
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/${field}.svg`, svg);
}

await draw("time", "milliseconds an update", "Time of training, hinton on onnx, two cores");
await draw("memory", "MiB", "Memory beyond weights, optimizer state and images");

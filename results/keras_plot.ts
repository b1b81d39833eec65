// What the Keras example draws at its end: its loss, epoch by epoch, and samples.

import { picture } from "../apps/cli/report/pictures.ts";
import { finalLoss, type KerasFull } from "./keras_full.ts";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** The loss of each epoch, of each layer, beside the mean of all epochs so far that the example plots. */
export async function kerasLoss({ losses }: Pick<KerasFull, "losses">): Promise<string> {
  const running = finalLoss(losses);
  const values = losses.flatMap((layers, e) => [
    ...layers.map((loss, l) => ({ epoch: e + 1, loss, of: `layer ${l + 1}` })),
    { epoch: e + 1, loss: running[e]!, of: "FinalLoss" },
  ]);
  const spec = {
    background: "white",
    width: 560,
    height: 260,
    data: { values },
    mark: { type: "line", strokeWidth: 1.5 },
    encoding: {
      x: { field: "epoch", type: "quantitative", title: "epoch" },
      y: { field: "loss", type: "quantitative", title: "loss", scale: { zero: false } },
      color: {
        field: "of",
        type: "nominal",
        title: null,
        scale: {
          domain: ["layer 1", "layer 2", "FinalLoss"],
          range: ["#1f5fbf", "#d9822b", "#888"],
        },
      },
    },
  };
  const { spec: vega } = compile(spec as unknown as TopLevelSpec);
  return await new View(parse(vega), { renderer: "none" }).toSVG();
}

const SIDE = 28;
const SCALE = 4;

/** The samples side by side, each with what the network says of it and what it is. */
export function kerasSamples({ samples }: Pick<KerasFull, "samples">): string {
  const step = SIDE * SCALE + 24;
  const pictures = samples.map(({ label, predicted, pixels }, i) => {
    const { url } = picture(Uint8Array.fromBase64(pixels), { rows: SIDE, columns: SIDE });
    const x = 12 + i * step;
    const middle = x + SIDE * SCALE / 2;
    return `<image x="${x}" y="12" width="${SIDE * SCALE}" height="${SIDE * SCALE}" ` +
      `style="image-rendering:pixelated" href="${url}"/>` +
      `<text x="${middle}" y="${SIDE * SCALE + 32}" text-anchor="middle">` +
      `${predicted} (is ${label})</text>`;
  });
  const width = samples.length * step;
  const height = SIDE * SCALE + 44;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" ` +
    `height="${height}" font-family="sans-serif" font-size="13">` +
    `<rect width="100%" height="100%" fill="white"/>${pictures.join("")}</svg>\n`;
}

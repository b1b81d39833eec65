// What the page shows of a network: read from it between two updates, and not so often that training would notice.

import type { Dataset, FFNetwork, LayerReport } from "@forward-forward/core";
import { evaluateScores } from "@forward-forward/core/scoring";
import { distribution } from "./distribution.ts";
import type { Measured } from "../shared/events.ts";
import { PIXELS } from "../shared/recipe_of.ts";

/** Units whose weights are shown. */
const FIELDS = 30;

/** What is seen of a network on held-out images. */
export type Seen = Pick<Measured, "error" | "layerErrors" | "distributions" | "fields">;

/** Scores held-out images, and reads the first layer's weights. */
export async function see(network: FFNetwork, heldOut: Dataset): Promise<Seen> {
  const { layers, recipe } = network;
  const scores = await network.score(heldOut);
  const { error, layerErrors } = evaluateScores(scores, heldOut.labels, recipe);
  const distributions = layers.map(({ threshold }, layer) =>
    distribution(scores, heldOut.labels, { layer, threshold })
  );
  return { error, layerErrors, distributions, fields: await fields(network) };
}

// The weights from the pixels to the first units, unit by unit; the label's pixels have none.
async function fields(network: FFNetwork): Promise<Float32Array<ArrayBuffer>> {
  const { value } = network.layers[0]!.parameters.weight!.at(-1)!;
  const [pixels, units] = value.shape;
  const [weights] = await network.backend.read([value]);
  const shown = Math.min(FIELDS, units);
  const result = new Float32Array(shown * PIXELS);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let unit = 0; unit < shown; unit++) {
      result[unit * PIXELS + PIXELS - pixels + pixel] = weights![pixel * units + unit]!;
    }
  }
  return result;
}

/** The layers' figures of the updates since they were read last. */
export class Window {
  #sums: Float32Array[] = [];
  #pairs = 0;

  /** Reads them, after everything that was recorded before has been computed. Null where there was no update. */
  async read({ backend, layers }: FFNetwork): Promise<LayerReport[] | null> {
    const sums = await backend.read(layers.map(({ figures }) => figures.sums));
    const { pairs } = layers[0]!.figures;
    // A new epoch starts from zero.
    const before = pairs >= this.#pairs ? this.#pairs : 0;
    const earlier = before > 0 ? this.#sums : [];
    this.#sums = sums;
    this.#pairs = pairs;
    const n = pairs - before;
    if (n === 0) return null;
    return sums.map((now, l) => {
      const part = (i: number): number => (now[i]! - (earlier[l]?.[i] ?? 0)) / n;
      return { loss: (part(0) + part(1)) / 2, positive: part(2), negative: part(3) };
    });
  }
}

/** A number made of every weight of a network: two that have it in common are, but for chance, equal to the bit. */
export async function fingerprint(network: FFNetwork): Promise<string> {
  const state = await network.state();
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (const { data } of Object.values(state)) {
    for (const word of new Uint32Array(data.buffer, data.byteOffset, data.length)) {
      a = Math.imul(a ^ word, 0x01000193);
      b = Math.imul(b ^ (word >>> 15) ^ (word << 3), 0x85ebca6b);
    }
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

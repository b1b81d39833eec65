// Layers that have stopped learning, in words.

import type { LayerReport } from "@forward-forward/core";
import { type LayerTrouble, layerTrouble } from "@forward-forward/core/layers";

/** A layer, counted from 1, and what is wrong with it. */
export interface Trouble {
  /** The layer. */
  layer: number;
  /** What is wrong. */
  trouble: LayerTrouble;
}

const WHAT: Record<LayerTrouble, string> = {
  silent: "its units answer to no image any more, so it learns nothing",
  saturated: "its goodness is far above the threshold whatever it sees, so it learns nothing",
  blind: "its goodness is the same for positive and negative data",
};

/** What is wrong with the layers, by their figures of an epoch. */
export function troublesOf(
  layers: readonly LayerReport[],
  thresholds: readonly number[],
): Trouble[] {
  return layers.flatMap((report, l) => {
    const trouble = layerTrouble(report, thresholds[l]!);
    return trouble ? [{ layer: l + 1, trouble }] : [];
  });
}

/** A sentence with the remedy. */
export function troubleSentence({ layer, trouble }: Trouble, learningRate: number): string {
  const lower = Number((learningRate / 10).toPrecision(1));
  return `layer ${layer} is ${trouble}: ${WHAT[trouble]}; train anew with a lower learning rate ` +
    `(--learning-rate ${lower})`;
}

/** Says of each trouble once that it has lasted for two epochs: at first layers may well be blind. */
export class TroubleWatch {
  readonly #thresholds: readonly number[];
  readonly #said = new Set<string>();
  #before = new Set<string>();

  /** Of layers with these thresholds. */
  constructor(thresholds: readonly number[]) {
    this.#thresholds = thresholds;
  }

  /** What is news after an epoch with these figures. */
  epoch(layers: readonly LayerReport[]): Trouble[] {
    const troubles = troublesOf(layers, this.#thresholds);
    const name = ({ layer, trouble }: Trouble): string => `${layer} ${trouble}`;
    const news = troubles.filter((found) =>
      this.#before.has(name(found)) && !this.#said.has(name(found))
    );
    for (const found of news) this.#said.add(name(found));
    this.#before = new Set(troubles.map(name));
    return news;
  }
}

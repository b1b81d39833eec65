// What the training worker tells the page.

import type { LayerReport } from "@forward-forward/core";

/** What computes. */
export interface Computer {
  /** The backend's name. */
  name: string;
  /** The adapter, or the library. */
  device: string;
  /** Whether the CPU does the work of a GPU. */
  software: boolean;
  /** Why it is not WebGPU, where that was wanted and is not. */
  instead: string | null;
}

/** Where a run stands. */
export type Phase = "starting" | "running" | "paused" | "done" | "failed";

/** How far training has come. */
export interface Progress {
  /** Updates made. */
  update: number;
  /** Passes over the training images that are done. */
  epoch: number;
  /** Passes that the recipe makes. */
  epochs: number;
  /** Images learned from, each time they come. */
  images: number;
  /** Seconds spent training, what is measured for the page left out. */
  seconds: number;
}

/** Goodness of one layer on held-out images, as counts in bins of one width. */
export interface Distribution {
  /** Where the first bin begins. */
  from: number;
  /** Where the last one ends. */
  to: number;
  /** Counts under the right label. */
  positive: Uint32Array;
  /** Counts under each of the wrong labels. */
  negative: Uint32Array;
  /** The goodness that separates them. */
  threshold: number;
}

/** What is measured from time to time. */
export interface Measured extends Progress {
  /** Fraction of the held-out images that are predicted wrongly. */
  error: number;
  /** Fraction wrong by each layer's goodness alone. */
  layerErrors: number[];
  /** The layers' figures since the last time, if they learned. */
  layers: LayerReport[] | null;
  /** Each layer's goodness. */
  distributions: Distribution[];
  /** How the weights from the pixels to some units of the first layer have changed since the beginning, `[units * 784]`. */
  fields: Float32Array<ArrayBuffer>;
  /** A number made of every weight: equal where all bits are. */
  fingerprint: string;
}

/** What the page is told. */
export type LabEvent =
  | { type: "computer"; computer: Computer }
  | { type: "phase"; phase: Phase; message: string | null }
  | { type: "data"; images: number }
  | { type: "progress"; progress: Progress }
  | { type: "measured"; measured: Measured };

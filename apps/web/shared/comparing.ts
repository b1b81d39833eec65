// What the page may ask of the worker that learns by backpropagation.

import type { Settings } from "./settings.ts";

/** How well backpropagation does so far. */
export interface Point {
  /** Images learned from, each time they come. */
  images: number;
  /** Seconds spent training. */
  seconds: number;
  /** Fraction of the same held-out images that are predicted wrongly. */
  error: number;
}

/** What the worker tells. */
export type CompareEvent = { type: "point"; point: Point } | { type: "failed"; message: string };

/** The worker, seen from the page. */
export interface ComparingWorker {
  /** Begins anew with a run's layers, seed, images and backend. */
  start(settings: Settings, tell: (event: CompareEvent) => void): void;
  /** Goes on until it has seen so many images, without end with null. */
  go(images: number | null): void;
}

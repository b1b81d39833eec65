// A run's course: a point for each look at it, thinned out as it grows long.

import type { Measured } from "../shared/events.ts";

/** What of a look is kept. */
export interface Point {
  /** Updates made before it. */
  update: number;
  /** Images learned from, each time they come. */
  images: number;
  /** Seconds spent training. */
  seconds: number;
  /** Fraction of the held-out images that were predicted wrongly. */
  error: number;
  /** Mean loss of the layers since the last look, if they learned. */
  loss: number | null;
}

/** More points than a chart has pixels for. */
const MOST = 1500;

/** The course with a look more. A run that went on from an earlier state takes the place of what came after that. */
export function extended(course: readonly Point[], measured: Measured): Point[] {
  const { update, images, seconds, error, layers } = measured;
  const before = course.filter((point) => point.update < update);
  // The same update is looked at again where a run is paused, and has no loss of its own.
  const again = course.find((point) => point.update === update);
  const loss = layers && layers.reduce((sum, { loss }) => sum + loss, 0) / layers.length;
  const kept = before.length < MOST ? before : before.filter((_, i) => i % 2 === 0);
  return [...kept, { update, images, seconds, error, loss: loss ?? again?.loss ?? null }];
}

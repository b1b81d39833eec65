// What the page may ask of the training worker.

import type { LabEvent } from "./events.ts";
import type { Settings } from "./settings.ts";
import type { Isolation, Meddling, Trace, TraceWish } from "./tracing.ts";

/** How a model does on MNIST's test images. */
export interface Tested {
  /** Fraction predicted wrongly. */
  error: number;
  /** How many are wrong. */
  wrong: number;
  /** How many there are. */
  count: number;
}

/** An image of the user's own, with what it shows. */
export interface OwnImage {
  /** 784 bytes. */
  pixels: Uint8Array;
  /** 0 to 9. */
  label: number;
}

/** The training worker, seen from the page. */
export interface TrainingWorker {
  /** Says who hears of everything. */
  listen(tell: (event: LabEvent) => void): void;
  /** Begins a run in place of the one there is. */
  start(settings: Settings): void;
  /** Lets so many updates pass, all of them with null. */
  go(updates: number | null): void;
  /** The network as the bytes of a model file. */
  model(): Promise<Uint8Array<ArrayBuffer>>;
  /** Tests the network, or a model, on all test images. */
  test(model: Uint8Array<ArrayBuffer> | null): Promise<Tested>;
  /** One update in slow motion, made on a copy. */
  trace(wish: TraceWish): Promise<Trace>;
  /** What becomes of the layers where layer 2 is meddled with, on copies. */
  isolation(meddling: Meddling): Promise<Isolation>;
  /** Images to be learned from as well, in the passes that begin after now. */
  learnOwn(images: readonly OwnImage[]): void;
}

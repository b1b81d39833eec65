// What the page may ask of the worker that answers.

/** What a model says of itself. */
export interface ModelCard {
  /** The recipe's name. */
  recipe: string;
  /** Units of each layer. */
  layers: number[];
  /** Epochs trained. */
  epoch: number;
  /** Each layer's threshold. */
  thresholds: number[];
  /** Whether labels are shown to its layers. */
  labels: boolean;
  /** The layer, counted from 0, from which on goodness is summed to predict; null where the readout predicts. */
  from: number | null;
}

/** What a model sees in an image. */
export interface Answer {
  /** For each layer the goodness of each label. */
  goodness: number[][];
  /** The readout's probability of each label, if it has a readout. */
  softmax: number[] | null;
  /** What it predicts. */
  label: number;
}

/** An image that a model is wrong about. */
export interface Mistake extends Answer {
  /** Its pixels, 784 bytes. */
  pixels: Uint8Array;
  /** What it shows. */
  truth: number;
}

/** Mistakes on held-out images. */
export interface Mistakes {
  /** How many images were looked at. */
  count: number;
  /** Those that it is wrong about. */
  mistakes: Mistake[];
}

/** The worker that answers, seen from the page. */
export interface AskingWorker {
  /** Takes a model: its file's bytes, or null for the one that comes with the page. Rejects with what is wrong with them. */
  take(model: Uint8Array<ArrayBuffer> | null): Promise<ModelCard>;
  /** What the model sees in an image of 784 bytes. */
  ask(pixels: Uint8Array): Promise<Answer>;
  /** What it gets wrong of the held-out images. */
  mistakes(): Promise<Mistakes>;
}

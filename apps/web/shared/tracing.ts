// One update in slow motion: what the page asks for, and what it is told.

/** Which update. */
export interface TraceWish {
  /** Which of the held-out images; or one of the user's own. */
  image: number | { pixels: Uint8Array; label: number };
  /** The wrong label; null for the one that the network believes in most. */
  wrong: number | null;
}

/** What a layer makes of an image under a label. */
export interface Pass {
  /** Activities of its units. */
  activity: Float32Array;
  /** Their squares' sum or, where the recipe has it so, mean. */
  goodness: number;
  /** That the layer takes it for positive data: the logistic function of goodness less threshold. */
  probability: number;
}

/** How one weight is changed. */
export interface WeightChange {
  /** The row of the weight: what it comes from. */
  input: number;
  /** The unit that it goes to. */
  unit: number;
  /** Before the update. */
  before: number;
  /** After it. */
  after: number;
}

/** A layer in the update. */
export interface LayerTrace {
  /** Goodness that separates positive from negative. */
  threshold: number;
  /** Under the right label. */
  positive: Pass;
  /** Under the wrong one. */
  negative: Pass;
  /** The weight that is changed most. */
  change: WeightChange;
}

/** The update. */
export interface Trace {
  /** The image's 784 bytes. */
  pixels: Uint8Array;
  /** What it shows. */
  label: number;
  /** What it is said to show as negative data. */
  wrong: number;
  /** The updates that the run had made before. */
  update: number;
  /** Whether a label's goodness is a mean of squares, and not their sum. */
  mean: boolean;
  /** The layers, in order. */
  layers: LayerTrace[];
}

/** What is done to layer 2 while layer 1 learns. */
export type Meddling = "scramble" | "freeze";

/** How many weights of a layer come out otherwise for it. */
export interface Difference {
  /** Weights that it has. */
  weights: number;
  /** Those of which at least one bit is another. */
  changed: number;
}

/** What came of meddling with layer 2. */
export interface Isolation {
  /** Updates made with it and without it. */
  updates: number;
  /** By layer, in the run's network. */
  layers: Difference[];
  /** Layer 1 by backpropagation, for the same. */
  backprop: Difference;
}

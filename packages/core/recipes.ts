// The recipes, as data. The figures are test errors: docs/results.md says how each was reached.

import type { Recipe } from "./recipe.ts";

/** What a recipe's function takes: the parts of it to change. */
export type RecipeChanges = Partial<Omit<Recipe, "name">>;

/**
 * Hinton's own Matlab code (`ffnew.m`): RMS normalisation, goodness as a sum of squares with the number of
 * units as threshold, peer normalisation, hard negatives from the readout, momentum with decay.
 *
 * `layers: [784, 2000, 2000, 2000, 2000], epochs: 60` is the paper's network: 1.36 % on MNIST, there and here.
 */
function hinton(changes: RecipeChanges = {}): Recipe {
  return {
    name: "hinton",
    layers: [784, 1000, 1000, 1000],
    classes: 10,
    label: { placement: "overlay", strength: 1, neutral: 0.1 },
    inputs: "measured",
    negatives: "hard",
    augment: null,
    dropout: 0,
    normalise: { to: "rms", epsilon: 1e-8 },
    goodness: "sum",
    excitedBy: "positive",
    loss: { kind: "threshold" },
    threshold: "units",
    initial: "normal",
    peer: { strength: 0.03, decay: 0.9, start: 0.5 },
    optimizer: { kind: "momentum", learningRate: 0.01, momentum: 0.9, decay: 0.001 },
    cooldown: 0.5,
    schedule: { kind: "joint" },
    batchSize: 100,
    epochs: 100,
    readout: {
      from: 1,
      optimizer: { kind: "momentum", learningRate: 0.1, momentum: 0.9, decay: 0.003 },
    },
    predict: { by: "goodness", from: 1 },
    ...changes,
  };
}

/**
 * The Keras example *Using the Forward-Forward Algorithm for Image Classification*, exactly: unit length,
 * mean of squares against 1.5, an Adam for each layer, one batch of all images, 50 updates of
 * a layer at a time, negatives that are the batch's labels shuffled. 2.36 % is what its authors report for MNIST.
 */
function keras(changes: RecipeChanges = {}): Recipe {
  return {
    name: "keras",
    layers: [784, 500, 500],
    classes: 10,
    label: { placement: "overlay", strength: "max", neutral: 0.1 },
    inputs: "plain",
    negatives: "shuffled",
    augment: null,
    dropout: 0,
    normalise: { to: "length", epsilon: 1e-4 },
    goodness: "mean",
    excitedBy: "positive",
    loss: { kind: "threshold" },
    threshold: 1.5,
    initial: "glorot-uniform",
    peer: null,
    optimizer: {
      kind: "adam",
      learningRate: 0.03,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-7,
      decay: 0,
    },
    cooldown: 1,
    schedule: { kind: "greedy", updatesPerLayer: 50 },
    batchSize: "full",
    epochs: 250,
    readout: null,
    predict: { by: "goodness", from: 0 },
    ...changes,
  };
}

/**
 * The default: the best error that a two-core machine without a GPU reaches in about a minute. `hinton` on a
 * smaller network that learns twice as fast, with the readout on all layers, which predicts in one pass. 1.77 % on MNIST.
 */
function quick(changes: RecipeChanges = {}): Recipe {
  const { optimizer, readout } = hinton();
  return {
    ...hinton({
      layers: [784, 500, 500],
      epochs: 15,
      optimizer: { ...optimizer, learningRate: 0.02 },
      readout: readout && { ...readout, from: 0 },
      predict: { by: "softmax" },
    }),
    name: "quick",
    ...changes,
  };
}

/**
 * `hinton` on images that are moved by up to a pixel, with dropout and twice the decay, learning twice as
 * fast, for long. With `epochs: 20` it takes about two minutes on two cores and reaches 1.16 % on MNIST, in full 0.84 %.
 */
function augmented(changes: RecipeChanges = {}): Recipe {
  const { optimizer } = hinton();
  return {
    ...hinton({
      augment: { shift: 1 },
      dropout: 0.1,
      optimizer: { ...optimizer, learningRate: 0.02, decay: 0.002 },
      epochs: 150,
      predict: { by: "softmax" },
    }),
    name: "augmented",
    ...changes,
  };
}

/**
 * The most accurate: `hinton` on two layers, on images that are turned, stretched and bent besides, so that no two
 * epochs are alike and nothing else need keep it from learning them by heart. 0.53 % on MNIST, in half an hour.
 */
function deformed(changes: RecipeChanges = {}): Recipe {
  const { optimizer, readout } = hinton();
  return {
    ...hinton({
      layers: [784, 1000, 1000],
      augment: { shift: 1, turn: 6, stretch: 0.07, bend: 0.6 },
      optimizer: { ...optimizer, learningRate: 0.02 },
      cooldown: 0.2,
      epochs: 300,
      readout: readout && {
        from: 0,
        optimizer: { ...readout.optimizer, decay: 0.001 },
      },
      predict: { by: "goodness", from: 0 },
    }),
    name: "deformed",
    ...changes,
  };
}

/** For Fashion-MNIST: `hinton` on images that are moved by up to a pixel, with dropout. 10.16 %. */
function fashion(changes: RecipeChanges = {}): Recipe {
  return {
    ...hinton({
      augment: { shift: 1 },
      dropout: 0.1,
      epochs: 100,
      predict: { by: "softmax" },
    }),
    name: "fashion",
    ...changes,
  };
}

/**
 * Without labels: negatives are hybrids of two images, moved by up to a pixel; a readout of all layers is trained alongside
 * and, for the last epochs, alone. 0.87 % on MNIST.
 */
function unsupervised(changes: RecipeChanges = {}): Recipe {
  const { label, readout } = hinton();
  return {
    ...hinton({
      label: { ...label, placement: "none" },
      negatives: "hybrid",
      augment: { shift: 1 },
      readout: readout && {
        from: 0,
        alone: 15,
        optimizer: { ...readout.optimizer, decay: 0.0003 },
      },
      predict: { by: "softmax" },
    }),
    name: "unsupervised",
    ...changes,
  };
}

/** The recipes by name; each takes the parts of it to change and returns plain data. What is said of an error is of test images. */
export const recipes: {
  readonly quick: (changes?: RecipeChanges) => Recipe;
  readonly hinton: (changes?: RecipeChanges) => Recipe;
  readonly keras: (changes?: RecipeChanges) => Recipe;
  readonly augmented: (changes?: RecipeChanges) => Recipe;
  readonly deformed: (changes?: RecipeChanges) => Recipe;
  readonly fashion: (changes?: RecipeChanges) => Recipe;
  readonly unsupervised: (changes?: RecipeChanges) => Recipe;
} = { quick, hinton, keras, augmented, deformed, fashion, unsupervised };

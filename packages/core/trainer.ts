// One update of the whole network on one batch, by either schedule.

import type {
  Activity,
  Backend,
  Contrasts,
  EncodedImages,
  FusedOperations,
  Gradient,
  Tensor,
} from "./backend.ts";
import { placeHash } from "./dropout.ts";
import { fusedOperations } from "./fused.ts";
import { hardNegatives } from "./hard_negatives.ts";
import type { DeviceImages } from "./images.ts";
import type { FFDense, Gradients, SharedInput } from "./layer.ts";
import { Readout, type ReadoutGradients } from "./readout.ts";
import type { Recipe } from "./recipe.ts";

/** Images of a batch, or of a part of it that fits the device, with what decides their negatives. */
export interface Part {
  /** Which images, `i32` `[pairs, 1]`. */
  indices: Tensor;
  /** How each of them is moved, `i32` `[pairs, 1]`, if they are. */
  warps: Tensor | null;
  /** The images that hybrids are made of with them, `i32` `[pairs, 1]`, where negatives are hybrids. */
  partners: Tensor | null;
  /** The wrong labels of the negative data, `i32` `[pairs, 1]`, unless the readout is to draw them. */
  wrong: Tensor | null;
  /** Decides what is dropped, and how hybrids are mixed: a different one for each part. */
  seed: number;
  /** Noise `[pairs, classes]` by which the readout draws hard negatives. */
  noise: Tensor | null;
  /** How many first pixels in {@linkcode DeviceImages.order} its images have, where they have one. */
  pixels: number | null;
}

// What learns, and the sums of gradients it learns from.
type Found =
  | { learner: FFDense; gradients: Gradients }
  | { learner: Readout; gradients: ReadoutGradients };

/** Runs updates of a network's layers and readout on their backend. */
export class Trainer {
  readonly #backend: Backend;
  readonly #fused: FusedOperations;
  readonly #recipe: Recipe;
  readonly #layers: readonly FFDense[];
  readonly #readout: Readout | null;

  /** A trainer of these layers, in order, and of the readout if there is one. */
  constructor(
    backend: Backend,
    recipe: Recipe,
    layers: readonly FFDense[],
    readout: Readout | null,
  ) {
    this.#backend = backend;
    this.#fused = fusedOperations(backend);
    this.#recipe = recipe;
    this.#layers = layers;
    this.#readout = readout;
  }

  /** Updates that {@linkcode train} makes on one batch. */
  get updatesPerBatch(): number {
    const { schedule } = this.#recipe;
    return schedule.kind === "greedy" ? schedule.updatesPerLayer * this.#layers.length : 1;
  }

  /**
   * Trains on one batch, given as the parts that make it up; `updated` is awaited after every update.
   * The gradient is summed over the parts, so that how a batch is cut does not matter, but for which elements dropout and
   * hybrids draw: their seeds are a part's. The first `done` of the updates were made before. Where the layers rest, the
   * readout alone learns. When the signal aborts while hybrids are drawn, its reason is thrown and no update made.
   */
  async train(
    images: DeviceImages,
    parts: readonly Part[],
    gain: number,
    updated: () => Promise<void>,
    { done = 0, layersRest = false, signal }: {
      done?: number;
      layersRest?: boolean;
      signal?: AbortSignal | undefined;
    } = {},
  ): Promise<void> {
    if (this.#recipe.schedule.kind === "greedy") {
      const { updatesPerLayer } = this.#recipe.schedule;
      await this.#greedy(images, parts, updatesPerLayer, gain, updated, done);
    } else {
      const masks = new Map<Part, Tensor>();
      try {
        for (const part of layersRest ? [] : parts) {
          const drawn = await images.masks(part.indices.shape[0], part.seed, signal);
          if (drawn) masks.set(part, drawn);
        }
        this.#joint(images, parts, masks, gain, layersRest);
      } finally {
        for (const tensor of masks.values()) tensor.dispose();
      }
      await updated();
    }
  }

  /**
   * What the readout sees: normalised activities for the neutral label, of each layer from its first on. `product` is
   * the first layer's {@linkcode FFDense.sharedProduct}, `null` where labels are never shown.
   */
  neutralPass(images: EncodedImages, product: Tensor | null): Tensor[] {
    const b = this.#backend;
    const from = this.#readout?.from ?? 0;
    return b.scope(() => {
      let input = product
        ? b.add(b.fill([product.shape[0], this.#recipe.classes], 0), images.neutral)
        : b.add(images.pixels, b.fill([1, 1], 0)); // A copy, for it is disposed of.
      let shared = product && b.mul(product, images.neutralScale);
      const seen: Tensor[] = [];
      this.#layers.forEach((layer, l) => {
        // What the readout does not see goes at once: memory must not grow with depth.
        const output = b.scope(() => this.normalise(layer.activity(input, shared)));
        if (l <= from) input.dispose();
        if (l >= from) seen.push(output);
        input = output;
        shared = null;
      });
      return seen;
    });
  }

  /** Scales the rows of a layer's activities for the next one. */
  normalise(activity: Activity): Tensor {
    const { to, epsilon } = this.#recipe.normalise;
    return this.#fused.normaliseRows(activity, to, epsilon);
  }

  // Every layer, and the readout, takes one update; the readout alone where the layers rest.
  #joint(
    images: DeviceImages,
    parts: readonly Part[],
    masks: ReadonlyMap<Part, Tensor>,
    gain: number,
    layersRest: boolean,
  ): void {
    this.#update(parts, gain, (part, pairs, found) => {
      const b = this.#backend;
      const [first] = this.#layers as [FFDense];
      const encoded = images.encode(part.indices, part.warps);
      const right = this.#oneHot(b.gather(images.labels, part.indices));
      const product = first.shared && first.sharedProduct(encoded.pixels);
      let wrong = part.wrong && this.#oneHot(part.wrong);
      const readout = this.#readout;
      if (readout) {
        const states = this.neutralPass(encoded, product);
        const logits = readout.logits(states);
        if (product) wrong ??= this.#oneHot(hardNegatives(b, logits, right, part.noise!));
        found({ learner: readout, gradients: readout.gradients(states, logits, right, pairs) });
        for (const state of states) state.dispose();
      }
      if (layersRest) return;
      let inputs = product
        ? this.#contrastLabels(encoded, right, wrong!)
        : images.contrast(part.indices, part.partners!, part.warps, masks.get(part)!);
      let shared: SharedInput | null = product && { images: encoded.pixels, product };
      for (const [l, layer] of this.#layers.entries()) {
        const last = l === this.#layers.length - 1;
        const next = b.scope(() => {
          const { activity, gradients } = layer.contrast(inputs, shared, pairs);
          return { gradients, inputs: last ? null : this.#nextInputs(activity, part, l) };
        });
        // The next layer's input was computed by the layer as it was: it may learn now.
        found({ learner: layer, gradients: next.gradients });
        inputs.dispose();
        if (next.inputs) inputs = next.inputs;
        shared = null;
      }
    });
  }

  // Layer by layer, a block of updates on what the layers before have become.
  async #greedy(
    images: DeviceImages,
    parts: readonly Part[],
    updates: number,
    gain: number,
    updated: () => Promise<void>,
    done: number,
  ): Promise<void> {
    const b = this.#backend;
    const pairs = pairsOf(parts);
    const [first, last] = [this.#layers[0]!, this.#layers.at(-1)!];
    const order = first.learnsByRow ? images.pixels : null;
    const product = (layer: FFDense, shared: Tensor | null): Tensor | null =>
      shared && layer.sharedProduct(shared, order && order.inOrder);
    // What the layer at hand sees of each part, which stays the same for all of its updates.
    let seen = b.scope(() =>
      parts.map((part) => b.scope(() => this.#contrasts(images, part, order !== null)))
    );
    try {
      for (const layer of this.#layers) {
        // What was done before changed only the layers; what they make of the batch is computed again.
        for (let i = Math.min(done, updates); i < updates; i++) {
          if (layer.learnsByRow) {
            b.scope(() => layer.apply(layer.gradients(seen, pairs, order), pairs, gain));
          } else {
            this.#update(parts, gain, (part, pairs, found) => {
              const { inputs, shared } = seen[parts.indexOf(part)]!;
              const both = shared && { images: shared, product: product(layer, shared)! };
              found({ learner: layer, gradients: layer.contrast(inputs, both, pairs).gradients });
            });
          }
          await updated();
        }
        if (layer === last) break;
        done = Math.max(0, done - updates);
        parts.forEach((part, p) => {
          const { inputs, shared } = seen[p]!;
          const next = b.scope(() => {
            const activity = layer.activity(inputs, product(layer, shared));
            return this.#nextInputs(activity, part, this.#layers.indexOf(layer));
          });
          for (const tensor of [inputs, shared]) tensor?.dispose();
          seen[p] = { inputs: next, shared: null };
        });
        seen = [...seen]; // Other contents are another list; see `localGradients`.
      }
    } finally {
      for (const { inputs, shared } of seen) {
        for (const tensor of [inputs, shared]) tensor?.dispose();
      }
    }
  }

  // What the first layer sees of a part.
  #contrasts(
    images: DeviceImages,
    { indices, warps, wrong, pixels }: Part,
    inOrder: boolean,
  ): Contrasts {
    const encoded = images.encode(indices, warps, inOrder ? pixels : null);
    const right = this.#oneHot(this.#backend.gather(images.labels, indices));
    const inputs = this.#contrastLabels(encoded, right, this.#oneHot(wrong!));
    return { inputs, shared: encoded.pixels };
  }

  // Runs `compute` on every part, and lets what it found learn: at once if the part is the whole
  // batch, so that no gradient outlives its layer's turn, else from the sum over the parts.
  #update(
    parts: readonly Part[],
    gain: number,
    compute: (part: Part, pairs: number, found: (found: Found) => void) => void,
  ): void {
    const b = this.#backend;
    const pairs = pairsOf(parts);
    const learn = ({ learner, gradients }: Found): void => {
      if (learner instanceof Readout) learner.apply(gradients as ReadoutGradients, gain);
      else learner.apply(gradients as Gradients, pairs, gain);
      for (const tensor of own(gradients)) tensor.dispose();
    };
    // In a scope, so that nothing stays of an update that fails.
    b.scope(() => {
      if (parts.length === 1) return compute(parts[0]!, pairs, learn);

      let sums: Found[] | null = null;
      for (const part of parts) {
        const found: Found[] = [];
        b.scope(() => {
          compute(part, pairs, (one) => found.push(one));
          return found.map(({ gradients }) => gradients);
        });
        if (!sums) {
          sums = found;
          continue;
        }
        const totals = leaves(sums.map(({ gradients }) => gradients));
        leaves(found.map(({ gradients }) => gradients)).forEach((tensor, i) => {
          b.assign(totals[i]!, b.add(totals[i]!, tensor));
          tensor.dispose();
        });
      }
      sums?.forEach(learn);
    });
  }

  // What layer `l` hands on in training.
  #nextInputs(activity: Activity, { seed }: Part, l: number): Tensor {
    const { dropout: rate } = this.#recipe;
    if (rate === 0) return this.normalise(activity);
    return this.#backend.scope(() =>
      this.#fused.dropout(this.normalise(activity), { rate, seed: placeHash(l, seed) })
    );
  }

  #oneHot(labels: Tensor): Tensor {
    return this.#backend.oneHot(labels, this.#recipe.classes);
  }

  // Labels to be excited by above those to be calm for, at each image's strength: the first layer's own inputs.
  #contrastLabels({ strength }: EncodedImages, right: Tensor, wrong: Tensor): Tensor {
    const b = this.#backend;
    const [above, below] = this.#recipe.excitedBy === "positive" ? [right, wrong] : [wrong, right];
    return b.concat(b.mul(above, strength), b.mul(below, strength));
  }
}

// Pairs in a whole batch.
function pairsOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { indices }) => sum + indices.shape[0], 0);
}

// The tensors that gradients own: of a product only the delta, for its inputs are someone else's.
function own(gradients: object): Tensor[] {
  return Object.values(gradients).flat().flatMap((gradient: Gradient | null) =>
    gradient && "delta" in gradient ? [gradient.delta] : leaves(gradient)
  );
}

// The tensors in a tensor, or in arrays and objects of them, in a fixed order.
function leaves(value: unknown): Tensor[] {
  if (value === null || typeof value !== "object") return [];
  if ("dtype" in value) return [value as Tensor];
  return Object.values(value).flatMap(leaves);
}

// Negative data that a network writes itself, and what layers learn from it.

import type { Rollout, Writing } from "../data/source.ts";
import { gumbelNoise } from "../data/negatives.ts";
import type { SharedInput } from "../layers/layer.ts";
import type { Forward } from "../scoring/forward.ts";
import type { Tensor } from "../tensor/backend.ts";
import type { EncodedImages } from "../tensor/fused_operations.ts";
import type { Random } from "../tensor/random.ts";
import type { LearningOptions } from "./contrasts.ts";
import type { NetworkState } from "./state.ts";

/** Has a network with a readout write anew: what comes next is drawn from its softmax. Throws the signal's reason. */
export async function writeAnew(
  forward: Forward,
  writing: Writing,
  random: Pick<Random, "gumbel">,
  signal?: AbortSignal,
): Promise<void> {
  const { backend: b, readout, classes } = forward.stack;
  await writing.write((encoded) =>
    b.scope(() => {
      const states = forward.neutralPass(encoded, forward.sharedProduct(encoded));
      const logits = readout!.logits(states);
      const noise = gumbelNoise(logits.shape[0], classes, random);
      return b.argmax(b.add(logits, b.upload(noise, logits.shape)));
    }), signal);
}

/** Writes anew before an epoch; within one, takes what was written before it. Returns that as a checkpoint has it. */
export async function writeOrRestore(
  writing: Writing,
  { epoch, update, written }: {
    epoch: number;
    update: number;
    written: NetworkState[string] | null;
  },
  { forward, random }: { forward: Forward; random: Random },
  signal?: AbortSignal,
): Promise<NetworkState[string]> {
  if (update > 0) {
    if (!written) {
      throw new TypeError("the checkpoint lacks what was written for the epoch under way");
    }
    writing.restore(written.data);
    return written;
  }
  await writeAnew(forward, writing, random.fork(`written ${epoch + 1}`), signal);
  const [codes] = await forward.stack.backend.read([writing.written!]);
  return { shape: writing.written!.shape, data: Float32Array.from(codes!) };
}

/** Positive data: as the first layer sees it, with its right labels, one-hot, and its {@linkcode Forward.sharedProduct}. */
export interface Real {
  /** As the first layer sees it. */
  encoded: EncodedImages;
  /** `[pairs, classes]`. */
  right: Tensor;
  /** `[pairs, units]`. */
  product: Tensor;
}

/** Real data and what a network wrote as contrasts, those to be excited by above the others: the first layer's inputs. */
export function contrastWritten(
  forward: Forward,
  { encoded, right, product }: Real,
  { encoded: written, labels }: Rollout,
  { classes, excitedBy }: Pick<LearningOptions, "classes" | "excitedBy">,
): { inputs: Tensor; shared: SharedInput } {
  const { backend: b } = forward.stack;
  const both = (real: Tensor, made: Tensor): Tensor =>
    excitedBy === "positive" ? b.concat(real, made) : b.concat(made, real);
  return b.scope(() => ({
    inputs: both(
      b.mul(right, encoded.strength),
      b.mul(b.oneHot(labels, classes), written.strength),
    ),
    shared: {
      images: both(encoded.pixels, written.pixels),
      product: both(product, forward.sharedProduct(written)!),
    },
  }));
}

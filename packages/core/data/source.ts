// Where a batch comes from: data on the device, and what is shown of it to the first layer.

import type { Backend, Tensor } from "../tensor/backend.ts";
import type { EncodedImages } from "../tensor/fused_operations.ts";
import type { Random } from "../tensor/random.ts";
import type { Dataset, ImageSize, Labels } from "./dataset.ts";
import type { InputScale } from "./inputs.ts";
import type { InputOptions } from "./options.ts";
import type { PixelOrder } from "./pixel_order.ts";

/** Labelled data of a kind that is not images: what else it has is for its {@linkcode SourceKind} to know. */
export interface OtherData {
  /** Which kind it is. */
  kind: string;
  /** How many there are to learn from. */
  count: number;
  /** `[count]` labels, 0 to `classes - 1`. */
  labels: Labels;
  /** Number of labels. */
  classes: number;
}

/** What a network learns from and is tested on: labelled images, or another kind. */
export type Data = Dataset | OtherData;

/** What a network wrote in place of what it learns from: negative data. */
export interface Rollout {
  /** As the first layer sees it. */
  encoded: EncodedImages;
  /** The labels with it, `i32` `[rows, 1]`. */
  labels: Tensor<"i32">;
}

/** Strings that a network writes itself, anew before every epoch. */
export interface Writing extends Disposable {
  /** What was written, as a checkpoint keeps it, `i32`; null before anything was. */
  readonly written: Tensor<"i32"> | null;
  /** Writes anew: each string begins as one that is learned from and goes on by what `next` draws. Throws the signal's reason. */
  write(next: (encoded: EncodedImages) => Tensor<"i32">, signal?: AbortSignal): Promise<void>;
  /** Takes what was {@linkcode written} before. Throws a `TypeError` if it cannot be. */
  restore(written: ArrayLike<number>): void;
  /** What was written in place of what is learned from at `indices` (`i32` `[rows, 1]`). */
  at(indices: Tensor): Rollout;
}

/** Data on a backend, taken by index. */
export interface Source extends Disposable {
  /** How many there are. */
  readonly count: number;
  /** `i32` `[count, 1]`. */
  readonly labels: Tensor;
  /** How many ways there are to change one of them for training; none where absent. */
  readonly warps?: number;
  /** The order in which a batch of everything saves work, where there is one. */
  readonly order?: PixelOrder | null;
  /** Where negative data is what the network writes itself, that. */
  readonly writing?: Writing | null;
  /** Its columns on the device, `i32` `[pixels, 1]`: those in order, and the place of each. */
  readonly pixels?: { inOrder: Tensor; places: Tensor } | null;
  /**
   * Those at `indices` (`i32` `[rows, 1]`) as the first layer sees them, with the label's strength beside them; changed by the
   * one of the {@linkcode warps} that `which` says (`i32` `[rows, 1]`), where there are any. With `first`, the first so many
   * columns of the {@linkcode order} alone.
   */
  encode(indices: Tensor, which?: Tensor | null, first?: number | null): EncodedImages;
  /** What {@linkcode contrast} mixes so many by, the same for a seed on every backend, where labels are not shown. */
  masks?(rows: number, seed: number, signal?: AbortSignal): Promise<Tensor | null>;
  /**
   * Positive data at `indices` above negative data made of them and of those at `partners` without labels,
   * `[2 * rows, columns]`, or below it where layers are excited by negative data.
   */
  contrast?(indices: Tensor, partners: Tensor, which: Tensor | null, masks: Tensor): Tensor;
}

/** How data is brought to the device. */
export interface SourceOptions {
  /** On which scale it is seen; as it is where absent. */
  scale?: InputScale;
  /** What the ways to change it are drawn from, for training; it is taken as it is where absent. */
  training?: { random: Random; signal?: AbortSignal | undefined } | undefined;
}

/** A kind of data. */
export interface SourceKind<D = Data> {
  /** The recipe's `negatives` that are more than wrong labels, and that it has. */
  contrasts?: readonly string[];
  /** Throws a `TypeError` or a `RangeError` unless the data is what it says, and is for this recipe. */
  check(data: D, recipe: InputOptions): void;
  /** Measures data to learn from, where a recipe's `inputs` are `"measured"`. Throws a `RangeError` where it shows nothing. */
  measure?(data: D): InputScale;
  /** Its size, where it has two sides. */
  plane?(data: D): ImageSize;
  /** Brings it to the device. Throws the signal's reason when it aborts. */
  open(backend: Backend, recipe: InputOptions, data: D, options?: SourceOptions): Promise<Source>;
}

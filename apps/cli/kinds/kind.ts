// One interface for what `ff` has to know of a kind of data besides what core does.

import type { Dataset, FFNetwork, Recipe } from "@forward-forward/core";
import type { ImageSize, Text } from "@forward-forward/core/data";
import type { PictureStyle } from "@forward-forward/datasets";

/** Data of the kinds that `ff` reads. */
export type AnyData = Dataset | Text;

/** What a recipe is fitted to. */
export interface Fitting<D> {
  /** What training sees. */
  train: D;
  /** Its name, folder or file. */
  dataset: string;
  /** Whether the place of its label was asked for. */
  labelGiven: boolean;
}

/** What a model's file says of the data, besides its sides and the names of its labels. */
export interface About {
  /** The kind, where it is not images. */
  kind?: string;
  /** How images were made. */
  pictures?: PictureStyle;
}

/** A kind of data. */
export interface DataKind<D extends AnyData = AnyData> {
  /** What it is cut into, several of them. */
  readonly parts: string;
  /** What is predicted, several of them. */
  readonly items: string;
  /** Whether labels are always told by what they stand for. */
  readonly labelsAreNamed: boolean;
  /** How many parts there are. */
  size(data: D): number;
  /** The parts from `start` (included) to `end` (excluded). */
  take(data: D, start: number, end: number): D;
  /** What tells it from other data: numbers, and all that it has in bytes. */
  identity(data: D): { numbers: number[]; bytes: (Uint8Array | Uint16Array)[] };
  /** Its two sides, and its channels where there are several. */
  plane(data: D): ImageSize;
  /** The data for a model of so many classes, of which it has fewer. */
  withClasses(data: D, classes: number): D;
  /** What it is, for a message: `28x28 images of 10 classes`. */
  describe(data: ImageSize & { classes: number }): string;
  /** How it is told that the layers begin with another width than it has. */
  width(dataset: string, data: D): string;
  /** The place of the label. Throws a `UsageError` where it can have none, or shows nothing. */
  label(draft: Recipe, fitting: Fitting<D>): Recipe["label"];
  /** What a model says of it, of which pictures were asked to be `fitted` or `whole`. */
  about(train: D, pictures: PictureStyle["fit"] | undefined): About;
  /** What its labels stand for, as is told when it is loaded; null for nothing. */
  names(dataset: string, names: readonly string[]): string | null;
  /** What is wrong with what a model of this kind says of itself, as a clause; null for nothing. */
  fault?(info: {
    names?: readonly string[];
    image: { columns: number };
    recipe: { classes: number };
  }): string | null;
  /** Some of what is learned from, for a terminal. */
  samples(train: D, seed: number, names: readonly string[] | null): string;
  /** What a network makes of it that has learned so far, to be logged with the epoch. */
  progress?(
    train: D,
    network: FFNetwork,
    names: readonly string[] | null,
  ): Promise<Record<string, unknown>>;
}

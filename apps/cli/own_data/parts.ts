// What files and folders hold: images to learn from, to test with, or both in one.

import type { Labelled } from "./labelled.ts";

/** Images, and what their labels stand for where that is known. */
export interface Named {
  /** The images and their labels. */
  data: Labelled;
  /** The names of the labels, from 0 up; null where they are numbers alone. */
  names: readonly string[] | null;
}

/** Reads some images. */
export type Reader = () => Promise<Named>;

/** How to read what there is. Where there is `whole`, there is nothing else. */
export interface Parts {
  /** Where it is, for messages. */
  source: string;
  /** Images to learn from. */
  train: Reader | null;
  /** Images to test with. */
  test: Reader | null;
  /** Images that are not parted. */
  whole: Reader | null;
}

const WORDS: [part: "train" | "test" | "validation", pattern: RegExp][] = [
  ["test", /(^|[^a-z])(test|testing|t10k)([^a-z]|$)/i],
  ["train", /(^|[^a-z])(train|training)([^a-z]|$)/i],
  ["validation", /(^|[^a-z])(validation|valid|val)([^a-z]|$)/i],
];

/** Which part the name of a file or folder says that it is; `whole` where it says nothing. */
export function partOf(name: string): "train" | "test" | "validation" | "whole" {
  return WORDS.find(([, pattern]) => pattern.test(name))?.[0] ?? "whole";
}

/** The last name in a path. */
export function nameOf(path: string): string {
  return path.replace(/[/\\]+$/, "").split(/[/\\]/).at(-1)!;
}

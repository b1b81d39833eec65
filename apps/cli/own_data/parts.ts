// What files and folders hold: images to learn from, to test with, or both in one.

import type { Labelled } from "./labelled.ts";

/** Images, and what their labels stand for where that is known. */
export interface Named {
  /** The images and their labels. */
  data: Labelled;
  /** The names of the labels, from 0 up; null where they are numbers alone. */
  names: readonly string[] | null;
  /** A sentence for people, where something was decided about their colours. */
  note?: string;
}

/**
 * Reads some images. Pictures are made such as have so many channels, 1 or 3; where nothing is asked for, they are in colour if
 * one of them is. Arrays have the channels that they have.
 */
export type Reader = (channels?: number) => Promise<Named>;

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

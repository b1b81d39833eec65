// The kinds of data that `ff` reads.

import { sourceName } from "@forward-forward/core/data";
import { images } from "./images.ts";
import type { AnyData, DataKind } from "./kind.ts";
import { text } from "./text.ts";

const kinds: Readonly<Record<string, DataKind>> = {
  images: images as DataKind<never> as DataKind,
  text: text as DataKind<never> as DataKind,
};

/** What `ff` knows of some data's kind. */
export function kindOf(data: AnyData): DataKind {
  return kinds[sourceName(data)]!;
}

/** What `ff` knows of the kind that a model was trained for: images where it says nothing. */
export function kindNamed(name: string | undefined): DataKind | undefined {
  return kinds[name ?? "images"];
}

// The kinds of data that there are.

import type { Dataset } from "./dataset.ts";
import { images } from "./images.ts";
import type { Data, SourceKind } from "./source.ts";

/** Kinds of data by the name that their `kind` has for them; `images` is that of data without one. */
export type SourceKinds = Readonly<Record<string, SourceKind>>;

/** Those of this package. */
export const sourceKinds: SourceKinds = {
  images: images as SourceKind<Dataset> as SourceKind<Data>,
};

/** The name of some data's kind: images do not say it. */
export function sourceName(data: Data): string {
  return "kind" in data ? data.kind : "images";
}

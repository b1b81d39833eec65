// The kinds of data that there are.

import type { Dataset } from "./dataset.ts";
import { images } from "./images.ts";
import type { InputOptions } from "./options.ts";
import type { Data, SourceKind } from "./source.ts";
import type { Text } from "./strings.ts";
import { text } from "./text.ts";

/** Kinds of data by the name that their `kind` has for them; `images` is that of data without one. */
export type SourceKinds = Readonly<Record<string, SourceKind>>;

/** Those of this package. */
export const sourceKinds: SourceKinds = {
  images: images as SourceKind<Dataset> as SourceKind<Data>,
  text: text as SourceKind<Text> as SourceKind<Data>,
};

/** The name of some data's kind: images do not say it. */
export function sourceName(data: Data): string {
  return "kind" in data ? data.kind : "images";
}

// Negatives that are wrong labels, which any kind of data has, and none.
const OF_LABELS: readonly string[] = ["random", "shuffled", "hard", "none"];

/** Throws a `TypeError` where a recipe's negatives are nothing that data of this kind has. */
export function requireNegatives(
  { negatives }: Pick<InputOptions, "negatives">,
  { contrasts = [] }: SourceKind,
  name: string,
): void {
  const known = [...OF_LABELS, ...contrasts];
  if (known.includes(negatives)) return;
  throw new TypeError(
    `there are no ${negatives} negatives of ${name}: choose from ${known.join(", ")}`,
  );
}

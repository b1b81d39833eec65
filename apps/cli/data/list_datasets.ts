// The data sets that have a name, as a table or as JSON.

import { count } from "../display/words.ts";
import { findFolder } from "./data_folder.ts";
import { type KnownDataset, knownDatasets } from "./known_datasets.ts";

/** Prints them on stdout. */
export async function listDatasets(json: boolean): Promise<void> {
  const sets = await Promise.all(
    Object.values(knownDatasets).map(async (set) => ({ set, ...await find(set) })),
  );
  if (json) {
    for (const { set: { published, ...set }, here, folder } of sets) {
      const bytes = published?.files.reduce((sum, file) => sum + file.bytes, 0) ?? 0;
      console.log(
        JSON.stringify({ event: "dataset", ...set, here, folder, downloadBytes: bytes }),
      );
    }
    return;
  }
  const rows = sets.map(({ set, here, folder }) => [
    set.name,
    count(set.images.train),
    count(set.images.test),
    [set.size.rows, set.size.columns, set.size.channels ?? []].flat().join("x"),
    String(set.classes),
    folder ?? (here ? "with ff" : "no"),
    `${set.what}; ${set.source}`,
  ]);
  const lines = [
    ["name", "train", "test", "size", "classes", "here", "what, and from where"],
    ...rows,
  ];
  const widths = lines[0]!.map((_, c) => Math.max(...lines.map((line) => line[c]!.length)));
  // Numbers end where their column does, words begin there.
  const pad = (text: string, c: number): string =>
    c >= 1 && c <= 4 ? text.padStart(widths[c]!) : text.padEnd(widths[c]!);
  console.log(lines.map((line) => line.map(pad).join("  ").trimEnd()).join("\n"));
  const missing = sets.find(({ here }) => !here);
  if (missing) console.log(`\nff data fetch ${missing.set.name} gets one that is not here`);
}

// MNIST is a dependency of ff, unless FF_MNIST_DIR names a folder to use instead.
async function find(set: KnownDataset): Promise<{ here: boolean; folder: string | null }> {
  if (!set.published) return { here: true, folder: Deno.env.get("FF_MNIST_DIR") || null };
  const folder = await findFolder(set);
  return { here: folder !== null, folder };
}

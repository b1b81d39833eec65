// Folders of clips by class: in the folder of a class a folder for each clip, and in that its frames, as pictures.

import { channelsOf } from "@forward-forward/core/data";
import { DataError } from "@forward-forward/datasets";
import { asking } from "./files.ts";
import { toLabels } from "./labelled.ts";
import type { Named } from "./parts.ts";
import { eachClass, foldersIn, hasClasses, picturesIn } from "./picture_folder.ts";

const byNumber = new Intl.Collator("en", { numeric: true });

/** Files in the order that their names count: `2.png` before `10.png`. */
export function inOrder(files: readonly string[]): string[] {
  return files.toSorted(byNumber.compare);
}

/** Whether a folder has folders of clips, of two classes or more: one alone may be the whole data set in a folder of its own. */
export async function hasClips(path: string): Promise<boolean> {
  const folders = await foldersIn(path);
  for (const name of folders.length > 1 ? folders : []) {
    if (await hasClasses(`${path}/${name}`)) return true;
  }
  return false;
}

/**
 * Reads clips as images whose channels are those of one frame after another. Labels are as those of `readPictureFolder`; `channels` are those of all
 * frames together. Throws a {@linkcode DataError} for a clip of more frames or fewer than the first, and what reading pictures throws.
 */
export async function readClips(
  path: string,
  classes: readonly string[],
  channels?: number,
): Promise<Named> {
  const clips: { folder: string; label: number; files: string[] }[] = [];
  const names = await eachClass(path, classes, async (folder, label) => {
    for (const name of await foldersIn(folder)) {
      const clip = `${folder}/${name}`;
      clips.push({ folder: clip, label, files: inOrder(await picturesIn(clip)) });
    }
  });
  const [first] = clips as [typeof clips[0]];
  const frames = first.files.length;
  const odd = clips.find(({ files }) => files.length !== frames || frames === 0);
  if (odd) {
    throw new DataError(
      `${odd.folder} has ${odd.files.length} pictures` +
        (odd === first ? "" : ` and ${first.folder} ${frames}`) +
        ": give each clip a folder with its frames, of as many as the others have",
    );
  }
  const { Pictures } = await import("./pictures.ts");
  const pictures = new Pictures(channels === undefined ? undefined : channels / frames);
  for (const { label, files } of clips) {
    for (const file of files) {
      await pictures.add(await asking(file, () => Deno.readFile(file)), label, file);
    }
  }
  const { data, note: colours } = pictures.finish(path);
  const labels = toLabels(clips.map(({ label }) => label), path);
  const note =
    `${path} has clips of ${frames} frames, which ff train --recipe recurrent --frames ${frames} shows one at a step`;
  return {
    data: { ...data, labels, channels: frames * channelsOf(data) },
    names,
    note: colours ? `${note}; ${colours}` : note,
  };
}

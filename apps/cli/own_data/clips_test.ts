import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DataError } from "@forward-forward/datasets";
import { withFolder } from "../_testing.ts";
import { makeColourPng, makeGreyPng } from "../images/_testing.ts";
import { loadOwnData } from "./load.ts";

/** Writes a clip of 2x2 frames of these greys, named by number, the last first. */
async function writeClip(folder: string, greys: readonly number[]): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [i, grey] of [...greys.entries()].reverse()) {
    await Deno.writeFile(`${folder}/${i + 1}.png`, makeGreyPng(new Uint8Array(4).fill(grey), 2));
  }
}

const clip = (first: number): number[] => Array.from({ length: 11 }, (_, i) => first + i);

Deno.test("clips are images whose channels are their frames, in the order of their numbers", () =>
  withFolder(async (folder) => {
    for (const [part, count] of [["train", 2], ["test", 1]] as const) {
      for (const name of ["left", "right"]) {
        for (let i = 0; i < count; i++) {
          const first = 100 * Number(name === "right") + 20 * i;
          await writeClip(`${folder}/apart/${part}/${name}/clip ${i}`, clip(first));
          await writeClip(`${folder}/whole/archive/${name}/${part} ${i}`, clip(first));
        }
      }
    }
    const { train, test, names, note } = (await loadOwnData(`${folder}/apart`, "both"))!;
    const { images, labels, ...size } = train!;
    assertEquals(size, { count: 4, rows: 2, columns: 2, channels: 11, classes: 2 });
    const told = Array.from(
      labels,
      (label, i) => [
        label,
        ...images.subarray(44 * i, 44 * (i + 1)).filter((_, at) => at % 4 === 0),
      ],
    );
    const expected = [[0, ...clip(0)], [0, ...clip(20)], [1, ...clip(100)], [1, ...clip(120)]];
    assertEquals(told.toSorted((a, b) => a[1]! - b[1]!), expected);
    assertEquals([test!.count, test!.channels, names], [2, 11, ["left", "right"]]);
    assertStringIncludes(
      note!,
      "clips of 11 frames, which ff train --recipe recurrent --frames 11",
    );
    // Too few for a seventh to be kept: they are found all the same.
    await assertRejects(
      () => loadOwnData(`${folder}/whole`, "both"),
      DataError,
      "has 6 images and none apart",
    );

    // One frame in colour makes all of them so, as a model in grey makes all of them grey.
    const colours = `${folder}/apart/train/left/clip 0/1.png`;
    await Deno.writeFile(
      colours,
      makeColourPng(Uint8Array.of(...Array(4).fill([200, 0, 0]).flat()), 2),
    );
    assertEquals((await loadOwnData(`${folder}/apart`, "train"))!.train!.channels, 33);
    assertEquals((await loadOwnData(`${folder}/apart`, "train", 11))!.train!.channels, 11);
  }));

Deno.test("clips that cannot be used are refused in a sentence", () =>
  withFolder(async (folder) => {
    for (const name of ["left", "right"]) await writeClip(`${folder}/${name}/a`, clip(0));
    await writeClip(`${folder}/right/b`, clip(0).slice(1));
    const refused = async (words: string): Promise<void> => {
      await assertRejects(() => loadOwnData(folder, "both"), DataError, words);
    };
    await refused(`${folder}/right/b has 10 pictures and ${folder}/left/a 11: give each clip`);
    await Deno.remove(`${folder}/right/b`, { recursive: true });
    await Deno.mkdir(`${folder}/left/_`);
    await refused(`${folder}/left/_ has 0 pictures: give each clip`);
    await Deno.remove(`${folder}/left/_`);
    await Deno.writeTextFile(`${folder}/left/a/film.gif`, "GIF89a");
    await refused("film.gif is neither PNG nor JPEG: save the picture as one of them");
  }));

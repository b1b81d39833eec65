// Images from files and folders, fitted to a model.

import { bytesOf, channelsOf, isSameSize, sizeInWords } from "@forward-forward/core/data";
import { DataError, formatOf, parseIdx } from "@forward-forward/datasets";
import { plural } from "../display/words.ts";
import { inOrder } from "../own_data/clips.ts";
import { UsageError } from "../shared/errors.ts";
import { decodePicture } from "./decode_picture.ts";
import { reasonOf } from "../shared/system_error.ts";
import type { ModelInfo } from "../run/model_file.ts";
import { fitPicture } from "./fit_picture.ts";

/** An image as a model takes it. */
export interface FileImage {
  /** Where it was found. */
  file: string;
  /** Its place in that file, 0 unless the file holds several. */
  index: number;
  /** Whether the file holds several. */
  several: boolean;
  /** `[channels, rows, columns]` bytes, 0 to 255. */
  pixels: Uint8Array;
}

/** What a model says of its images. */
export type ImagesOf = Pick<ModelInfo, "image" | "pictures"> & {
  /** Of which the number of frames is of interest. */
  recipe: Pick<ModelInfo["recipe"], "frames">;
};

/** The longest file that is read, in bytes; IDX files are bounded alike. */
const LONGEST = 2 ** 30;
const KINDS = "give PNG, JPEG or IDX files, or folders of PNG and JPEG files";

/**
 * Reads PNG and JPEG files, and all of them in a folder (not in folders within), each made as the model's images
 * were, or one of all in a folder where the model's are made of frames;
 * and IDX files of images, which are used as they are.
 *
 * All or nothing: throws a {@linkcode UsageError} that names the first file that cannot be used, and says
 * how many others cannot either.
 */
export async function readImages(paths: readonly string[], model: ImagesOf): Promise<FileImage[]> {
  const images: FileImage[] = [];
  const refused: Error[] = [];
  const tell = async (read: () => Promise<void>): Promise<void> => {
    try {
      await read();
    } catch (error) {
      if (!(error instanceof UsageError || error instanceof DataError)) throw error;
      refused.push(error);
    }
  };
  for (const path of paths) {
    await tell(async () => {
      const files = await filesAt(path);
      if ((model.recipe.frames ?? 1) > 1 && files[0] !== path) {
        images.push(await readClip(path, files, model));
        return;
      }
      for (const file of files) {
        await tell(async () => {
          for (const image of await readFile(file, model)) images.push(image);
        });
      }
    });
  }
  const [first, ...others] = refused;
  if (!first) return images;
  if (others.length === 0) throw first;
  const more = others.length === 1 ? "one more cannot" : `${others.length} more cannot`;
  throw new UsageError(`${first.message}; ${more} be used either`, { cause: first });
}

// The file at a path, or the pictures in the folder there, by name.
async function filesAt(path: string): Promise<string[]> {
  const { isDirectory, isFile, size } = await asking(path, () => Deno.stat(path));
  if (!isDirectory && !isFile) throw new UsageError(`${path} is neither file nor folder: ${KINDS}`);
  if (isFile && size > LONGEST) {
    throw new UsageError(`${path} has ${size} bytes, more than ${LONGEST}: give a smaller file`);
  }
  if (isFile) return [path];
  const entries = await asking(path, () => Array.fromAsync(Deno.readDir(path)));
  const names = entries
    .filter(({ name, isDirectory }) => !isDirectory && /^[^.].*\.(png|jpe?g)$/i.test(name))
    .map(({ name }) => name);
  if (names.length === 0) {
    throw new UsageError(
      `the folder ${path} holds no PNG or JPEG file: name another, or the files`,
    );
  }
  return names.sort().map((name) => /[/\\]$/.test(path) ? path + name : `${path}/${name}`);
}

// A folder's pictures as the frames of one image.
async function readClip(
  path: string,
  files: readonly string[],
  model: ImagesOf,
): Promise<FileImage> {
  const frames = model.recipe.frames!;
  const image = { ...model.image, channels: channelsOf(model.image) / frames };
  const still = { image, pictures: model.pictures, recipe: {} };
  const read: FileImage[] = [];
  for (const file of inOrder(files)) read.push(...await readFile(file, still));
  if (read.length !== frames) {
    throw new UsageError(
      `the folder ${path} has ${
        plural(read.length, "picture")
      } and the model takes clips of ${frames} frames: ` +
        `give a folder of so many for each clip`,
    );
  }
  const length = bytesOf(image);
  const pixels = new Uint8Array(frames * length);
  read.forEach((frame, i) => pixels.set(frame.pixels, i * length));
  return { file: path, index: 0, several: false, pixels };
}

async function readFile(file: string, model: ImagesOf): Promise<FileImage[]> {
  const bytes = await asking(file, () => Deno.readFile(file));
  const [b0, b1, b2, b3] = bytes as unknown as number[];
  const picture = await decodePicture(bytes, file);
  const { frames = 1 } = model.recipe;
  if (picture && frames > 1) {
    throw new UsageError(
      `${file} is one picture, and the model takes clips of ${frames} frames: give a folder of so many for each, or an ` +
        `IDX file of four dimensions`,
    );
  }
  if (picture) {
    return [{ file, index: 0, several: false, pixels: fitPicture(picture, model, file) }];
  }
  const isIdx = b0 === 0 && b1 === 0 && b2! >= 0x08 && b2! <= 0x0e && b3! <= 4;
  if (isIdx || b0 === 0x1f && b1 === 0x8b) return await readIdx(bytes, file, model);
  const is = formatOf(bytes)?.what ?? "neither PNG nor JPEG nor IDX";
  throw new UsageError(`${file} is ${is}: save the picture as PNG or JPEG`);
}

async function readIdx(
  bytes: Uint8Array,
  file: string,
  { image: size }: ImagesOf,
): Promise<FileImage[]> {
  const idx = await parseIdx(bytes, file);
  if (idx.kind === "labels") {
    throw new UsageError(`${file} holds labels: give the file of images`);
  }
  const { count, data } = idx;
  if (!isSameSize(idx, size)) {
    throw new UsageError(
      `${file} has images of ${sizeInWords(idx)} and the model takes ${sizeInWords(size)}: ` +
        `give images of that size, or PNG files, which are fitted to it`,
    );
  }
  const length = bytesOf(size);
  return Array.from({ length: count }, (_, index) => ({
    file,
    index,
    several: true,
    pixels: data.subarray(index * length, (index + 1) * length),
  }));
}

// What the system refuses, as one sentence.
async function asking<T>(path: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const why = error instanceof Deno.errors.NotFound
      ? `there is no ${path}`
      : `${path} cannot be read (${reasonOf(error)})`;
    throw new UsageError(`${why}: ${KINDS}`, { cause: error });
  }
}

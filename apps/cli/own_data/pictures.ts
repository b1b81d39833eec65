// Pictures and their labels, collected into images of one size.

import { DataError, formatOf } from "@forward-forward/datasets";
import { decodePicture } from "../images/decode_picture.ts";
import { flatten } from "../images/picture.ts";
import { type Labelled, LIMIT, toLabels } from "./labelled.ts";

/** Pictures of one size, as they come. */
export class Pictures {
  readonly #labels: number[] = [];
  readonly #images: Uint8Array[] = [];
  #size: { width: number; height: number; source: string } | null = null;

  /**
   * Decodes one more, in grey and otherwise as it is. Throws a {@linkcode DataError} or a `UsageError` for what is no PNG or JPEG,
   * is damaged, or has another size than those before; `source` is what that calls it.
   */
  async add(bytes: Uint8Array, label: number, source: string): Promise<void> {
    const picture = await decodePicture(bytes, source);
    if (!picture) {
      const what = formatOf(bytes)?.what ?? "neither PNG nor JPEG";
      throw new DataError(`${source} is ${what}: save the picture as PNG or JPEG`);
    }
    const { pixels, width, height } = flatten(picture);
    this.#size ??= { width, height, source };
    const first = this.#size;
    if (width !== first.width || height !== first.height) {
      throw new DataError(
        `${source} has ${width}x${height} pixels and ${first.source} ${first.width}x${first.height}: bring the pictures to one size`,
      );
    }
    this.#images.push(Uint8Array.from(pixels));
    this.#labels.push(label);
    const total = this.#images.length * width * height;
    if (total > LIMIT) {
      throw new DataError(
        `${source} is beyond the ${LIMIT} pixels that are read: give fewer pictures, or smaller ones`,
      );
    }
  }

  /** All of them. Throws a {@linkcode DataError} if there is none. */
  finish(source: string): Labelled {
    if (!this.#size) throw new DataError(`${source} has no pictures: give some`);
    const { width, height } = this.#size;
    const images = new Uint8Array(this.#images.length * width * height);
    this.#images.forEach((image, i) => images.set(image, i * width * height));
    return { images, labels: toLabels(this.#labels, source), rows: height, columns: width };
  }
}

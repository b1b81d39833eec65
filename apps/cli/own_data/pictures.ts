// Pictures and their labels, collected into images of one size.

import { sizeOf } from "@forward-forward/core/data";
import { DataError, formatOf } from "@forward-forward/datasets";
import { decodePicture } from "../images/decode_picture.ts";
import { flatten, flattenColours, isColoured } from "../images/picture.ts";
import { type Labelled, LIMIT, toLabels } from "./labelled.ts";

/** What {@linkcode Pictures} come to. */
export interface Collected {
  /** The images and their labels. */
  data: Labelled;
  /** A sentence for people where some pictures are grey and others in colour. */
  note?: string;
}

/** Pictures of one size, as they come: in colour if one of them is, else in grey. */
export class Pictures {
  readonly #labels: number[] = [];
  // One plane where it is grey, three where it is in colour.
  readonly #images: Uint8Array[] = [];
  readonly #asked: number | undefined;
  #coloured = 0;
  #size: { width: number; height: number; source: string } | null = null;

  /** With 1 or 3 `channels`, all are made grey or in colour, whatever they are. */
  constructor(channels?: number) {
    this.#asked = channels === 1 || channels === 3 ? channels : undefined;
  }

  /**
   * Decodes one more, as it is. Throws a {@linkcode DataError} or a `UsageError` for what is no PNG or JPEG,
   * is damaged, or has another size than those before; `source` is what that calls it.
   */
  async add(bytes: Uint8Array, label: number, source: string): Promise<void> {
    const picture = await decodePicture(bytes, source);
    if (!picture) {
      const what = formatOf(bytes)?.what ?? "neither PNG nor JPEG";
      throw new DataError(`${source} is ${what}: save the picture as PNG or JPEG`);
    }
    const { width, height } = picture;
    this.#size ??= { width, height, source };
    const first = this.#size;
    if (width !== first.width || height !== first.height) {
      throw new DataError(
        `${source} has ${width}x${height} pixels and ${first.source} ${first.width}x${first.height}: bring the pictures to one size`,
      );
    }
    const coloured = this.#asked !== 1 && isColoured(picture);
    if (coloured) this.#coloured++;
    const { pixels } = coloured ? flattenColours(picture) : flatten(picture);
    this.#images.push(Uint8Array.from(pixels));
    this.#labels.push(label);
    const total = this.#images.length * this.#channels * width * height;
    if (total > LIMIT) {
      throw new DataError(
        `${source} is beyond the ${LIMIT} bytes of pixels that are read: give fewer pictures, or smaller ones`,
      );
    }
  }

  /** All of them. Throws a {@linkcode DataError} if there is none. */
  finish(source: string): Collected {
    if (!this.#size) throw new DataError(`${source} has no pictures: give some`);
    const { width, height } = this.#size;
    const channels = this.#channels;
    const [count, plane] = [this.#images.length, width * height];
    const images = new Uint8Array(count * channels * plane);
    this.#images.forEach((image, i) => {
      const start = i * channels * plane;
      for (let at = 0; at < channels * plane; at += image.length) images.set(image, start + at);
    });
    const labels = toLabels(this.#labels, source);
    const size = sizeOf({ rows: height, columns: width, channels });
    const grey = count - this.#coloured;
    const data = { images, labels, ...size };
    if (this.#asked !== undefined || channels === 1 || grey === 0) return { data };
    const note =
      `${source} has ${grey} of ${count} pictures in grey and the others in colour: all are taken in colour`;
    return { data, note };
  }

  get #channels(): number {
    return this.#asked ?? (this.#coloured > 0 ? 3 : 1);
  }
}

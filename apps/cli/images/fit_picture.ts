// A decoded picture as a model takes it.

import { channelsOf } from "@forward-forward/core/data";
import { fitPicture as fit } from "@forward-forward/datasets";
import type { ModelInfo } from "../run/model_file.ts";
import { greyByColour } from "./colours.ts";
import { UsageError } from "../shared/errors.ts";
import { flatten, flattenColours, type Picture } from "./picture.ts";

/**
 * Makes of a picture what a model's images were made of theirs: grey of one in colour, or colours that are all the same of a
 * grey one, where these are. Throws a `DataError` or a {@linkcode UsageError} where that cannot be; `source` is what it calls it.
 */
export function fitPicture(
  picture: Picture,
  { image, pictures }: Pick<ModelInfo, "image" | "pictures">,
  source: string,
): Uint8Array {
  const channels = channelsOf(image);
  if (channels === 3) return fit(flattenColours(picture), pictures, { ...image, source });
  if (channels !== 1) {
    throw new UsageError(
      `${source} is a picture, and the model takes images of ${channels} channels: give them as an IDX file of four dimensions`,
    );
  }
  // What was drawn shows by its colour too; whole pictures are as bright as they are.
  const grey = pictures.fit === "fitted" && picture.colours
    ? greyByColour(picture.colours, picture.pixels)
    : null;
  const seen = grey ? { ...picture, pixels: grey } : picture;
  return fit(flatten(seen), pictures, { ...image, source });
}

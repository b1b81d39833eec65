// A decoded picture as a model takes it.

import { fitPicture as fit } from "@forward-forward/datasets";
import type { ModelInfo } from "../run/model_file.ts";
import { greyByColour } from "./colours.ts";
import { flatten, type Picture } from "./picture.ts";

/** Makes of a picture what a model's images were made of theirs. Throws a `DataError` where that cannot be; `source` is what it calls it. */
export function fitPicture(
  picture: Picture,
  { image, pictures }: Pick<ModelInfo, "image" | "pictures">,
  source: string,
): Uint8Array {
  // What was drawn shows by its colour too; whole pictures are as bright as they are.
  const grey = pictures.fit === "fitted" && picture.colours
    ? greyByColour(picture.colours, picture.pixels)
    : null;
  const seen = grey ? { ...picture, pixels: grey } : picture;
  return fit(flatten(seen), pictures, { ...image, source });
}

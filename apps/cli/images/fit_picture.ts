// A decoded picture as a model takes it.

import { fitPicture as fit } from "@forward-forward/datasets";
import type { ModelInfo } from "../model_file.ts";
import { flatten, type Picture } from "./picture.ts";

/** Makes of a picture what a model's images were made of theirs. Throws a `DataError` where that cannot be; `source` is what it calls it. */
export function fitPicture(
  picture: Picture,
  { image, pictures }: Pick<ModelInfo, "image" | "pictures">,
  source: string,
): Uint8Array {
  return fit(flatten(picture), pictures, { ...image, source });
}

// Pictures made as a data set's images were.

import { coverage } from "./_coverage.ts";
import { malformed } from "./_errors.ts";
import { borderOf, median, type PictureStyle } from "./describe_pictures.ts";
import { fitDigit, type FitDigitOptions } from "./fit_digit.ts";
import type { GreyImage, PlanarImage } from "./grey_image.ts";

/**
 * A picture as a model of such images takes it: the digit on it {@linkcode fitDigit fitted}, drawn with the data set's ink on
 * its ground; or all of it resized, with its proportions kept and the ground of its border around, and inverted where the data
 * set's images are all light on dark and it is not, or the reverse.
 *
 * A picture in colour is resized in each of its channels, and never inverted. Where the data set has images of one colour all
 * over, a picture may be so.
 *
 * Returns `[channels, rows, columns]` bytes, 0 to 255. Throws a {@linkcode DataError} where there is not one digit to be fitted, or the
 * picture is blank, and a `TypeError` if it has not as many pixels as it says.
 */
export function fitPicture(
  image: PlanarImage,
  style: PictureStyle,
  options: FitDigitOptions = {},
): Uint8Array {
  const { rows = 28, columns = 28, source = "the picture" } = options;
  if (style.fit === "fitted") {
    const { ground, ink } = style;
    return fitDigit(image, options).map((amount) =>
      Math.round(ground + (ink - ground) * amount / 255)
    );
  }
  const { pixels, width, height, channels = 1 } = image;
  const plane = width * height;
  if (!(width > 0 && height > 0 && pixels.length === channels * plane)) {
    throw new TypeError(`a picture of ${width}x${height} cannot have ${pixels.length} pixels`);
  }
  if (!style.plain && pixels.every((level, at) => level === pixels[at - at % plane])) {
    throw malformed(`${source} is blank: give a picture of something`);
  }
  if (channels > 1) {
    const resized = new Uint8Array(channels * rows * columns);
    for (let c = 0; c < channels; c++) {
      const own = pixels.subarray(c * plane, (c + 1) * plane);
      resized.set(resize({ pixels: own, width, height }, rows, columns), c * rows * columns);
    }
    return resized;
  }
  const resized = resize(image, rows, columns);
  const around = median(borderOf(resized, rows, columns));
  const isOther = style.polarity === "dark" && around > 192 ||
    style.polarity === "light" && around < 64;
  return isOther ? resized.map((grey) => 255 - grey) : resized;
}

// Each pixel the mean of what it covers.
function resize({ pixels, width, height }: GreyImage, rows: number, columns: number): Uint8Array {
  if (width === columns && height === rows) return Uint8Array.from(pixels);
  const scale = Math.min(columns / width, rows / height);
  const [x0, y0] = [(columns - width * scale) / 2, (rows - height * scale) / 2];
  const around = median(borderOf(pixels, height, width));
  const across = coverage(width, scale, x0, columns);
  const [sums, areas] = [new Float64Array(rows * columns), new Float64Array(rows * columns)];
  const [line, covered] = [new Float64Array(columns), new Float64Array(columns)];
  coverage(height, scale, y0, rows).forEach((parts, y) => {
    line.fill(0);
    covered.fill(0);
    for (let x = 0; x < width; x++) {
      for (const { to, weight } of across[x]!) {
        line[to]! += weight * pixels[y * width + x]!;
        covered[to]! += weight;
      }
    }
    for (const { to, weight } of parts) {
      for (let x = 0; x < columns; x++) {
        sums[to * columns + x]! += weight * line[x]!;
        areas[to * columns + x]! += weight * covered[x]!;
      }
    }
  });
  return Uint8Array.from(sums, (sum, i) => Math.round(sum + (1 - Math.min(1, areas[i]!)) * around));
}

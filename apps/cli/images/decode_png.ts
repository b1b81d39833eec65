// PNG to grey, by fast-png.

import { usedBits } from "@forward-forward/datasets";
import { decode, type DecodedPng } from "fast-png";
import { clause } from "../shared/errors.ts";
import { orientationIn, turnUpright } from "./orientation.ts";
import { luma, type Picture } from "./picture.ts";
import { damagedPng, imageOfPng } from "./png_chunks.ts";

/** Decodes a PNG, turned upright as its Exif data say. Throws a `UsageError` if it cannot be; `source` is what that calls it. */
export async function decodePng(bytes: Uint8Array, source: string): Promise<Picture> {
  const { image, exif } = await imageOfPng(bytes, source);
  let png: DecodedPng;
  try {
    png = decode(image, { checkCrc: true });
  } catch (error) {
    throw damagedPng(source, clause((error as Error).message));
  }
  const samples = png.depth < 8 ? unpack(png) : png.data;
  const count = png.width * png.height;
  const isColoured = png.palette !== undefined || png.channels > 2;
  const result: Result & Picture = {
    pixels: new Uint8Array(count),
    alpha: new Uint8Array(count).fill(255),
    colours: isColoured ? new Uint8Array(3 * count) : null,
    width: png.width,
    height: png.height,
  };
  if (png.palette) fromPalette(samples, png.palette, result, source);
  else fromSamples(samples, png, result);
  const isOpaque = result.alpha.every((opacity) => opacity === 255);
  const picture = isOpaque ? { ...result, alpha: null } : result;
  return exif ? turnUpright(picture, orientationIn(exif)) : picture;
}

type Samples = DecodedPng["data"];
type Result = { pixels: Uint8Array; alpha: Uint8Array; colours: Uint8Array | null };

// Samples of fewer bits than a byte has, one a byte; each row begins with a byte.
function unpack({ data, width, height, depth }: DecodedPng): Uint8Array {
  const samples = new Uint8Array(width * height);
  const rowLength = Math.ceil(width * depth / 8);
  const perByte = 8 / depth;
  const mask = 2 ** depth - 1;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const byte = data[y * rowLength + Math.floor(x / perByte)]!;
      samples[i] = byte >> 8 - depth * (x % perByte + 1) & mask;
    }
  }
  return samples;
}

function fromPalette(
  samples: Samples,
  palette: number[][],
  { pixels, alpha, colours }: Result,
  source: string,
): void {
  const greys = palette.map(([r, g, b]) => Math.round(luma(r!, g!, b!)));
  const alphas = palette.map(([, , , a = 255]) => a);
  for (let i = 0; i < pixels.length; i++) {
    const entry = samples[i]!;
    if (entry >= palette.length) {
      throw damagedPng(source, `its palette has ${palette.length} colours and no number ${entry}`);
    }
    pixels[i] = greys[entry]!;
    alpha[i] = alphas[entry]!;
    colours!.set(palette[entry]!.slice(0, 3), 3 * i);
  }
}

// What stands for white in samples of 16 bits, of which a camera or scanner may have used fewer.
function usedOf(samples: Samples, channels: number): number {
  let most = 0;
  for (let i = 0; i < samples.length; i++) {
    const isAlpha = channels % 2 === 0 && i % channels === channels - 1;
    if (!isAlpha && samples[i]! > most) most = samples[i]!;
  }
  return 2 ** usedBits(most) - 1;
}

function fromSamples(
  samples: Samples,
  { depth, channels, transparency }: DecodedPng,
  { pixels, alpha, colours: coloured }: Result,
): void {
  const full = 2 ** depth - 1;
  const scale = 255 / (depth === 16 ? usedOf(samples, channels) : full);
  const colours = channels < 3 ? 1 : 3;
  for (let i = 0, at = 0; i < pixels.length; i++, at += channels) {
    const red = samples[at]!;
    const [green, blue] = colours === 1 ? [red, red] : [samples[at + 1]!, samples[at + 2]!];
    pixels[i] = Math.round(scale * luma(red, green, blue));
    if (coloured) {
      for (let c = 0; c < 3; c++) coloured[3 * i + c] = Math.round(scale * samples[at + c]!);
    }
    if (channels > colours) {
      alpha[i] = Math.round(255 / full * samples[at + colours]!);
    } else if (transparency && red === transparency[0]) {
      // One colour may stand for none.
      if (colours === 1 || green === transparency[1] && blue === transparency[2]) alpha[i] = 0;
    }
  }
}

// One picture, as a decoder gives it.

/** One picture in any number of channels. */
export interface PlanarImage {
  /** `[channels, height, width]` bytes, 0 to 255. */
  pixels: Uint8Array | Uint8ClampedArray;
  /** Width in pixels. */
  width: number;
  /** Height in pixels. */
  height: number;
  /** 1, which it is where this is absent, or more. */
  channels?: number;
}

/** One picture, a byte a pixel. */
export interface GreyImage {
  /** `[width * height]` pixels, 0 (black) to 255 (white), row-major. */
  pixels: Uint8Array | Uint8ClampedArray;
  /** Width in pixels. */
  width: number;
  /** Height in pixels. */
  height: number;
}

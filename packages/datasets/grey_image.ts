// One picture, as a decoder gives it.

/** One picture, a byte a pixel. */
export interface GreyImage {
  /** `[width * height]` pixels, 0 (black) to 255 (white), row-major. */
  pixels: Uint8Array | Uint8ClampedArray;
  /** Width in pixels. */
  width: number;
  /** Height in pixels. */
  height: number;
}

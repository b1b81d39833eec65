// Small pictures of 28 by 28 numbers.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

const SIDE = 28;

/** What {@linkcode Pixels} shows. */
export interface PixelsProps {
  /** 784 values: bytes of ink, or weights of either sign. */
  values: ArrayLike<number>;
  /** What is seen on it, in words; nothing for a picture that only adorns. */
  words?: string;
  /** The weight that has the full colour; ink where absent. */
  most?: number;
}

/** Ink on paper, or weights: blue below zero, orange above. */
export function Pixels({ values, words, most }: PixelsProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current!.getContext("2d")!;
    const image = context.createImageData(SIDE, SIDE);
    for (let i = 0; i < SIDE * SIDE; i++) {
      const value = values[i] ?? 0;
      image.data.set(most === undefined ? ink(value) : weight(value / most), 4 * i);
    }
    context.putImageData(image, 0, 0);
  }, [values, most]);
  const role = words === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": words };
  return <canvas class="pixels" ref={canvas} width={SIDE} height={SIDE} {...role as object} />;
}

function ink(byte: number): [number, number, number, number] {
  return [29, 35, 41, byte];
}

function weight(part: number): [number, number, number, number] {
  const strength = Math.round(255 * Math.min(1, Math.abs(part)));
  return part > 0 ? [226, 106, 20, strength] : [28, 120, 190, strength];
}

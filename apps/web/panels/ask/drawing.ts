// Strokes on a canvas, and what a model sees of them: framed as MNIST's digits were.

import { frameInk } from "@forward-forward/datasets";

/** Sides of the paper, in its own pixels. */
export const SIZE = 280;
/** Sides of an image of MNIST. */
const SIDE = 28;
/** Red, green and blue. */
const INK = [29, 35, 41] as const;
/** Width of the pen: that of MNIST's, for a digit that fills most of the paper. */
const PEN = 22;
/** What an arrow key moves it by. */
const STEP = 8;
/** The ink that is enough to be looked at, in pixels of full ink. */
const LEAST = 150;

/** A drawing in the making. */
export class Drawing {
  /** Where the keyboard's pen is. */
  readonly pen: { x: number; y: number; down: boolean } = { x: SIZE / 2, y: SIZE / 4, down: false };

  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #changed: (pixels: Uint8Array | null) => void;
  #last: { x: number; y: number } | null = null;
  #frame = 0;

  /** A drawing on a canvas; `changed` hears of it as a model sees it, null for blank paper. */
  constructor(canvas: HTMLCanvasElement, changed: (pixels: Uint8Array | null) => void) {
    this.#canvas = canvas;
    this.#changed = changed;
    this.#context = canvas.getContext("2d", { willReadFrequently: true })!;
    Object.assign(this.#context, { lineWidth: PEN, lineCap: "round", lineJoin: "round" });
    this.#context.strokeStyle = `rgb(${INK.join()})`;
  }

  /** Draws where the pointer does; returns what ends that. */
  listen(): () => void {
    const canvas = this.#canvas;
    const end = new AbortController();
    const on = (type: string, hear: (event: PointerEvent) => void): void =>
      canvas.addEventListener(type, hear as EventListener, { signal: end.signal });
    on("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.#last = null;
      this.#line(this.#at(event));
    });
    on("pointermove", (event) => {
      if (!this.#last || event.buttons === 0) return;
      const events = event.getCoalescedEvents?.() ?? [];
      for (const one of events.length > 0 ? events : [event]) this.#line(this.#at(one));
    });
    for (const type of ["pointerup", "pointercancel"]) on(type, () => this.#last = null);
    return () => end.abort();
  }

  /** Moves the keyboard's pen by a step, a long one if `far`. */
  move(x: number, y: number, far: boolean): void {
    const { pen } = this;
    const step = far ? 3 * STEP : STEP;
    const within = (at: number): number => Math.min(SIZE - PEN / 2, Math.max(PEN / 2, at));
    const before = { x: pen.x, y: pen.y };
    Object.assign(pen, { x: within(pen.x + x * step), y: within(pen.y + y * step) });
    if (!pen.down) return;
    this.#last = before;
    this.#line({ x: pen.x, y: pen.y });
    this.#last = null;
  }

  /** Puts the keyboard's pen down, or lifts it. */
  press(): void {
    const { pen } = this;
    pen.down = !pen.down;
    if (!pen.down) return;
    this.#last = null;
    this.#line({ x: pen.x, y: pen.y });
    this.#last = null;
  }

  /** An image of 28 by 28 bytes of ink in place of what is there. */
  place(pixels: Uint8Array): void {
    const small = new OffscreenCanvas(SIDE, SIDE);
    const image = new ImageData(SIDE, SIDE);
    pixels.forEach((byte, i) => image.data.set([...INK, byte], 4 * i));
    small.getContext("2d")!.putImageData(image, 0, 0);
    this.#context.clearRect(0, 0, SIZE, SIZE);
    this.#context.drawImage(small, 0, 0, SIZE, SIZE);
  }

  /** Blank paper. */
  clear(): void {
    this.#context.clearRect(0, 0, SIZE, SIZE);
    this.pen.down = false;
    this.#last = null;
    this.#changed(null);
  }

  #at({ clientX, clientY }: PointerEvent): { x: number; y: number } {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return { x: (clientX - left) * SIZE / width, y: (clientY - top) * SIZE / height };
  }

  #line(to: { x: number; y: number }): void {
    const from = this.#last ?? to;
    const context = this.#context;
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
    this.#last = to;
    // However often it moves, a picture is looked at once.
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#changed(this.#pixels()));
  }

  #pixels(): Uint8Array | null {
    const { data } = this.#context.getImageData(0, 0, SIZE, SIZE);
    const ink = Float32Array.from({ length: SIZE * SIZE }, (_, i) => data[4 * i + 3]! / 255);
    const all = ink.reduce((a, b) => a + b, 0);
    if (all < LEAST) return null;
    return frameInk({ ink, width: SIZE, height: SIZE }, { rows: SIDE, columns: SIDE });
  }
}

// Paper to draw on, with mouse, pen, finger or keyboard.

import type { JSX } from "preact";
import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Pixels } from "../../charts/pixels.tsx";
import type { PanelProps } from "../panel.ts";
import { Drawing, SIZE } from "./drawing.ts";
import { OwnImages } from "./own_images.tsx";

const STEPS: Record<string, [x: number, y: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The paper, its buttons, and the drawing as a model sees it. */
export function DrawingBoard({ lab }: PanelProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const cursor = useRef<HTMLSpanElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const { asking } = lab;
  useEffect(() => {
    const element = canvas.current!;
    const made = new Drawing(element, (pixels) => asking.show(pixels));
    drawing.current = made;
    return made.listen();
  }, []);
  useSignalEffect(() => {
    const placed = asking.placed.value;
    if (placed) drawing.current?.place(placed.pixels);
  });

  const move = (event: KeyboardEvent): void => {
    const made = drawing.current!;
    const step = STEPS[event.key];
    if (step) made.move(...step, event.shiftKey);
    else if (event.key === " ") made.press();
    else if (event.key === "Delete" || event.key === "Backspace") made.clear();
    else return;
    event.preventDefault();
    const { style, dataset } = cursor.current!;
    style.left = `${100 * made.pen.x / SIZE}%`;
    style.top = `${100 * made.pen.y / SIZE}%`;
    dataset.down = String(made.pen.down);
  };
  const pixels = asking.pixels.value;
  return (
    <div class="board">
      <div class="paper">
        <canvas
          ref={canvas}
          width={SIZE}
          height={SIZE}
          tabIndex={0}
          role="application"
          aria-label="Paper to draw a digit on. With the keyboard: arrows move the pen, Space puts it down and lifts it, Delete clears."
          onKeyDown={move}
        />
        <span class="pen" ref={cursor} aria-hidden="true" />
        {!pixels && <span class="invitation" aria-hidden="true">Draw a digit here</span>}
      </div>
      <div class="buttons">
        <button type="button" disabled={!pixels} onClick={() => drawing.current!.clear()}>
          Clear
        </button>
        <span class="seen">
          <small>as the model sees it</small>
          {pixels ? <Pixels values={pixels} /> : <span class="pixels" />}
        </span>
      </div>
      <OwnImages lab={lab} clear={() => drawing.current!.clear()} />
    </div>
  );
}

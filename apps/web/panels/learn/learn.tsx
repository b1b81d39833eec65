// Learn: where the tour begins, and the card that goes with it.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Panel, PanelProps } from "../panel.ts";
import { stops, Tour } from "./tour.ts";

/** A short tour that moves the page as it explains. */
export const learn: Panel = {
  name: "learn",
  title: "A short tour",
  lead:
    "For someone who knows backpropagation: eight stops, some minutes. It moves the page and begins a new run: what the one under way has learned is gone.",
  wide: true,
  View: ({ lab }) => {
    const tour = lab.part(Tour);
    return (
      <>
        <div class="buttons">
          <button type="button" class="primary" onClick={() => tour.go(0)}>
            {tour.at.value === null ? "Begin the tour" : "Begin it again"}
          </button>
        </div>
        {tour.at.value !== null && <Card lab={lab} at={tour.at.value} />}
      </>
    );
  },
};

function Card({ lab, at }: PanelProps & { at: number }): JSX.Element {
  const tour = lab.part(Tour);
  const { title, text } = stops[at]!;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [at]);
  return (
    <aside class="tour" aria-labelledby="tour-title">
      <h3 id="tour-title" tabIndex={-1} ref={heading}>
        {title} <small>{at + 1} of {stops.length}</small>
      </h3>
      <p>{text}</p>
      <div class="buttons">
        <button type="button" disabled={at === 0} onClick={() => tour.go(at - 1)}>Back</button>
        {at < stops.length - 1 && (
          <button
            type="button"
            class="primary"
            onClick={() => tour.go(at + 1)}
          >
            Next stop
          </button>
        )}
        <button type="button" onClick={() => tour.go(null)}>End the tour</button>
      </div>
    </aside>
  );
}

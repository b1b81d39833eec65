// The held-out images that the model is wrong about.

import type { JSX } from "preact";
import { Pixels } from "../../charts/pixels.tsx";
import { count } from "../../page/words.ts";
import type { PanelProps } from "../panel.ts";

/** Looks for mistakes, and shows them. */
export function MistakesBrowser({ lab: { asking } }: PanelProps): JSX.Element {
  const found = asking.mistakes.value;
  if (found === null || found === "looking") {
    return (
      <div class="mistakes">
        <button type="button" disabled={found === "looking"} onClick={() => asking.findMistakes()}>
          {found === "looking" ? "Looking at 1,000 images" : "Browse its mistakes"}
        </button>
      </div>
    );
  }
  const { mistakes } = found;
  return (
    <div class="mistakes">
      <p role="status">
        Of {count(found.count)} images that it is asked about, it is wrong about {mistakes.length}.
        {" "}
        {mistakes.length > 0 && "Choose one to see what each layer makes of it."}
      </p>
      <ul>
        {mistakes.map(({ pixels, truth, label }, i) => (
          <li key={i}>
            <button type="button" onClick={() => asking.place(pixels, truth)}>
              <Pixels values={pixels} />
              {truth} <span aria-hidden="true">→</span>
              <span class="heard">taken for a</span> {label}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

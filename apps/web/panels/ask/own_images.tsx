// Drawings of the user's own, put into training.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Pixels } from "../../charts/pixels.tsx";
import type { OwnImage } from "../../shared/training.ts";
import type { PanelProps } from "../panel.ts";

/** A label and a button that puts the drawing into training under it, and the drawings that are. */
export function OwnImages({ lab, clear }: PanelProps & { clear: () => void }): JSX.Element {
  const [own, setOwn] = useState<readonly OwnImage[]>([]);
  const [chosen, setChosen] = useState<number | null>(null);
  const { answer, pixels } = lab.asking;
  const label = chosen ?? answer.value?.label ?? 0;
  const give = (images: readonly OwnImage[]): void => {
    setOwn(images);
    lab.training.learnOwn(images);
  };
  return (
    <div class="own">
      <label>
        It is a{" "}
        <select
          value={label}
          onChange={({ currentTarget }) => setChosen(Number(currentTarget.value))}
        >
          {Array.from({ length: 10 }, (_, n) => <option key={n} value={n}>{n}</option>)}
        </select>
      </label>
      <button
        type="button"
        disabled={!pixels.value}
        onClick={() => {
          give([...own, { pixels: pixels.value!, label }]);
          setChosen(null);
          clear();
        }}
      >
        Learn it too
      </button>
      {own.length > 0 && (
        <>
          <ul class="own-images">
            {own.map(({ pixels, label }, i) => (
              <li key={i}>
                <Pixels values={pixels} /> {label}
              </li>
            ))}
          </ul>
          <button type="button" onClick={() => give([])}>Forget them</button>
          <p class="hint">
            The network in training learns from each of them twenty times in a pass over its images,
            beginning with the next pass. {lab.asking.source.value !== "training" && (
              <button
                type="button"
                class="link"
                onClick={() => lab.asking.choose("training")}
              >
                Ask the one in training
              </button>
            )}
          </p>
        </>
      )}
    </div>
  );
}

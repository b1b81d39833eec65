// Which model is asked.

import type { JSX } from "preact";
import type { Source } from "../../page/asking.ts";
import type { PanelProps } from "../panel.ts";

const WORDS: Record<Source, string> = {
  page: "the one that comes with the page",
  training: "the one in training",
  file: "a file",
};

/** The models that there are, as radio buttons, and what the chosen one is. */
export function SourceChoice({ lab: { asking } }: PanelProps): JSX.Element {
  const file = asking.file.value;
  const sources: Source[] = file ? ["page", "training", "file"] : ["page", "training"];
  const model = asking.model.value;
  const fault = asking.fault.value;
  return (
    <div class="source">
      <fieldset>
        <legend>Model</legend>
        {sources.map((source) => (
          <label key={source}>
            <input
              type="radio"
              name="source"
              checked={asking.source.value === source}
              onChange={() => asking.choose(source)}
            />
            {source === "file" ? file!.name : WORDS[source]}
          </label>
        ))}
      </fieldset>
      <p class="hint">
        {model
          ? `${model.layers.join("–")} units, recipe ${model.recipe}, trained for ${model.epoch} ${
            model.epoch === 1 ? "pass" : "passes"
          }.`
          : "Loading."}
      </p>
      <p class="fault" role="status">{fault ?? ""}</p>
    </div>
  );
}

// Each label's goodness in each layer, as bars with numbers.

import type { JSX } from "preact";
import type { Answer, ModelCard } from "../../shared/asking.ts";

const LABELS = Array.from({ length: 10 }, (_, label) => label);

/** A row for each label, a column for each layer and one for the readout. */
export function AnswerTable(
  { answer, model }: { answer: Answer | null; model: ModelCard },
): JSX.Element {
  const { layers, thresholds } = model;
  return (
    <div class="answer" role="region" aria-label="Goodness of each label" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">label</th>
            {layers.map((_, l) => (
              <th key={l} scope="col">
                layer {l + 1} <small>θ {Math.round(thresholds[l]!)}</small>
              </th>
            ))}
            <th scope="col">readout</th>
          </tr>
        </thead>
        <tbody>
          {LABELS.map((label) => (
            <tr key={label} class={answer?.label === label ? "chosen" : ""}>
              <th scope="row">{label}</th>
              {layers.map((_, l) => (
                <GoodnessCell
                  key={l}
                  all={answer?.goodness[l]}
                  label={label}
                />
              ))}
              <SoftmaxCell all={answer?.softmax} label={label} />
            </tr>
          ))}
        </tbody>
      </table>
      <p class="hint">{howItAnswers(model)}</p>
    </div>
  );
}

function howItAnswers({ layers, labels, from }: ModelCard): string {
  const readout = "a softmax that is trained on what the layers do where no label is shown";
  if (!labels) {
    return `Its layers are never shown a label, so their goodness is the same for all: the readout answers, ${readout}.`;
  }
  const bars = "Bars begin at the least goodness of a layer's ten and end at its greatest.";
  if (from === null) return `This model answers by its readout, ${readout}. ${bars}`;
  const which = from === 0 ? "all layers" : `the layers from ${from + 1} on`;
  const how = layers.length - from === 1
    ? `whose goodness is greatest in layer ${from + 1}`
    : `whose goodness is greatest in all, over ${which}`;
  return `This model answers with the label ${how}. The readout beside it is ${readout}; in training it says which wrong ` +
    `labels are believed most. ${bars}`;
}

function GoodnessCell({ all, label }: { all: number[] | undefined; label: number }): JSX.Element {
  if (!all) return <td class="bar-cell" />;
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const value = all[label]!;
  const part = most > least ? (value - least) / (most - least) : 0;
  return <BarCell part={part} text={value.toFixed(value < 100 ? 1 : 0)} best={value === most} />;
}

function SoftmaxCell(
  { all, label }: { all: number[] | null | undefined; label: number },
): JSX.Element {
  if (!all) return <td class="bar-cell" />;
  const value = all[label]!;
  return (
    <BarCell
      part={value}
      text={`${(100 * value).toFixed(0)} %`}
      best={value === Math.max(...all)}
    />
  );
}

function BarCell({ part, text, best }: { part: number; text: string; best: boolean }): JSX.Element {
  return (
    <td class={best ? "bar-cell best" : "bar-cell"} style={{ "--part": part.toFixed(3) }}>
      <span>{text}</span>
    </td>
  );
}

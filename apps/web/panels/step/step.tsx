// Step: one update in slow motion, with the numbers of the real computation.

import type { JSX } from "preact";
import { count } from "../../page/words.ts";
import type { Panel, PanelProps } from "../panel.ts";
import { IsolationProof } from "./isolation_proof.tsx";
import { sentenceOf } from "./stages.ts";
import { Stepping } from "./stepping.ts";
import { TraceTable } from "./trace_table.tsx";

/** A positive and a negative pass, layer by layer, and what each layer makes of them. */
export const step: Panel = {
  name: "step",
  title: "One update, step by step",
  lead:
    "What the network in training does with one image, made on a copy of it: nothing of the run is changed.",
  wide: true,
  View: ({ lab }) => {
    const stepping = lab.part(Stepping);
    const trace = stepping.trace.value;
    const { stages, at } = stepping;
    return (
      <>
        {trace ? <Buttons lab={lab} /> : (
          <div class="buttons">
            <button
              type="button"
              disabled={lab.latest.value === null}
              onClick={() => stepping.look()}
            >
              Pause, and look at one update
            </button>
          </div>
        )}
        <p class={trace ? "told held" : "told"} role="status">
          {stepping.fault.value || (trace && sentenceOf(trace, stages[at.value]!))}
        </p>
        {trace && <TraceTable trace={trace} stages={stages} at={at.value} />}
        <IsolationProof lab={lab} />
      </>
    );
  },
};

function Buttons({ lab }: PanelProps): JSX.Element {
  const stepping = lab.part(Stepping);
  const { stages, at } = stepping;
  const trace = stepping.trace.value!;
  const last = stages.length - 1;
  const wrong = Array.from({ length: 10 }, (_, n) => n).filter((n) => n !== trace.label);
  return (
    <div class="buttons">
      <button type="button" disabled={at.value === 0} onClick={() => at.value--}>Back</button>
      <button type="button" class="primary" disabled={at.value === last} onClick={() => at.value++}>
        Next
      </button>
      <button type="button" disabled={at.value === last} onClick={() => at.value = last}>
        All of it
      </button>
      <button type="button" onClick={() => stepping.next()}>Another image</button>
      <button type="button" onClick={() => stepping.leave()}>Back to the run</button>
      <label class="inline">
        wrong label
        <select
          value={trace.wrong}
          onChange={({ currentTarget }) => stepping.look(Number(currentTarget.value))}
        >
          {wrong.map((n) => <option key={n} value={n}>{n}</option>)}
        </select>
      </label>
      <span class="hint">
        step {at.value + 1} of {stages.length}, after update {count(trace.update)}
      </span>
    </div>
  );
}

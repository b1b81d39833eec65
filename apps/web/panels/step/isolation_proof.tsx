// The proof that nothing crosses a layer, made here and now.

import type { JSX } from "preact";
import { count } from "../../page/words.ts";
import type { Difference, Isolation, Meddling } from "../../shared/tracing.ts";
import type { PanelProps } from "../panel.ts";
import { Stepping } from "./stepping.ts";

const DONE: Record<Meddling, string> = {
  scramble: "With layer 2's weights scrambled",
  freeze: "With layer 2 frozen",
};

/** Buttons that meddle with layer 2, and what becomes of layer 1. */
export function IsolationProof({ lab }: PanelProps): JSX.Element {
  const stepping = lab.part(Stepping);
  const proof = stepping.proof.value;
  const proving = stepping.proving.value;
  const alone = lab.settings.value.layers.length === 1;
  const disabled = proving || alone || lab.latest.value === null;
  return (
    <div class="proof">
      <h3>Does anything cross from layer 2 to layer 1?</h3>
      <p class="hint">
        Two copies of the network learn from the same batches; in one of them layer 2 is meddled
        with. Both are given the same wrong labels, for the readout that chooses hard ones in
        training sees all layers: what it hands over is a label, and no gradient.
      </p>
      <div class="buttons">
        <button type="button" disabled={disabled} onClick={() => stepping.prove("scramble")}>
          Scramble layer 2
        </button>
        <button type="button" disabled={disabled} onClick={() => stepping.prove("freeze")}>
          Freeze layer 2
        </button>
      </div>
      <div role="status" class={proving || proof ? "found held" : "found"}>
        {alone && <p>This network has one layer. Give it two in the settings, as 200, 200.</p>}
        {proof && <Found {...proof} />}
      </div>
    </div>
  );
}

function Found({ meddling, found }: { meddling: Meddling; found: Isolation }): JSX.Element {
  const { updates, layers, backprop } = found;
  return (
    <>
      <p>{DONE[meddling]}, after {updates} updates:</p>
      <ul>
        {layers.map((difference, l) => (
          <li key={l}>
            layer {l + 1}: <Changed {...difference} mark={String(l + 1)} />
          </li>
        ))}
        <li>
          layer 1 by backpropagation:{" "}
          <Changed {...backprop} mark="backprop" />, for its gradient comes through layer 2
        </li>
      </ul>
    </>
  );
}

function Changed({ weights, changed, mark }: Difference & { mark: string }): JSX.Element {
  return (
    <>
      <b data-changed={mark}>
        {changed === 0 ? "not one bit differs" : `${count(changed)} differ`}
      </b>{" "}
      in {count(weights)} weights
    </>
  );
}

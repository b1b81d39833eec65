// What is said of the run in words: what computes, and what is wrong.

import type { JSX } from "preact";
import type { PanelProps } from "../panels/panel.ts";
import { count, percent } from "./words.ts";

/** Whatever learns is below that error after so many images. */
const LOST = { error: 0.8, images: 20_000 };

function lost({ latest: { value } }: PanelProps["lab"]): boolean {
  return value !== null && value.images >= LOST.images && value.error > LOST.error;
}

/** What computes and, where there is something to be known, that. */
export function Status({ lab }: PanelProps): JSX.Element {
  const computer = lab.computer.value;
  const phase = lab.phase.value;
  const message = lab.message.value;
  const [arrived, wanted] = [lab.arrived.value, lab.settings.value.images];
  return (
    <div class="status">
      <p>
        {computer
          ? (
            <>
              Computed by <b>{nameOf(computer.name)}</b>, {computer.device}.
            </>
          )
          : phase === "failed"
          ? "Nothing here can compute."
          : "Looking for what can compute."}
        {phase === "starting" && computer && " Preparing the run."}
        {computer?.instead && ` Not by WebGPU: ${computer.instead}.`}
        {computer?.software && computer.name === "webgpu" && (
          <>
            {" "}
            The CPU does the work of a GPU here:{" "}
            <button type="button" class="link" onClick={() => lab.change({ backend: "wasm" })}>
              WebAssembly
            </button>{" "}
            is likely faster.
          </>
        )}
        {arrived > 0 && arrived < wanted &&
          ` ${count(arrived)} of ${count(wanted)} training images have arrived.`}
      </p>
      <p role="status">
        {lost(lab) && (
          <>
            This run does not learn: {percent(lab.latest.value!.error)}{" "}
            are still wrong. A smaller learning rate, another threshold or more units may help, or
            {" "}
            <button type="button" class="link" onClick={() => lab.forget()}>
              the usual settings
            </button>.
          </>
        )}
      </p>
      {lab.faults.map((fault) => <p key={fault} class="fault">{fault}</p>)}
      <p role="status" class={phase === "failed" ? "fault" : ""}>
        {phase === "failed"
          ? `The run has stopped: ${message}. The model below can be asked all the same.`
          : message ?? ""}
      </p>
    </div>
  );
}

/** A backend's name in plain words. */
export function nameOf(backend: string): string {
  return backend === "webgpu" ? "WebGPU" : backend === "tfjs-wasm" ? "WebAssembly" : backend;
}

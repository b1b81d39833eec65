// The update as a table: a row for each layer, its two passes and its change.

import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Pixels } from "../../charts/pixels.tsx";
import { Units } from "../../charts/units.tsx";
import { figure } from "../../page/words.ts";
import type { LayerTrace, Pass, Trace } from "../../shared/tracing.ts";
import { probability, sourceOf, type Stage, weight } from "./stages.ts";

/** What is known at a stage; what comes later is blank, and keeps its place. */
export function TraceTable(
  { trace, stages, at }: { trace: Trace; stages: readonly Stage[]; at: number },
): JSX.Element {
  const { label, wrong, layers } = trace;
  const now = stages[at]!;
  const table = useRef<HTMLTableElement>(null);
  useLayoutEffect(
    () =>
      table.current!.querySelector(".now")?.scrollIntoView({ block: "nearest", inline: "nearest" }),
    [at],
  );
  const state = (kind: Stage["kind"], layer: number): string => {
    const place = stages.findIndex((stage) =>
      stage.kind === kind && "layer" in stage && stage.layer === layer
    );
    return place > at ? "later" : stages[place] === now ? "now" : "";
  };
  return (
    <div class="scroll" role="region" aria-label="The update" tabIndex={0}>
      <table class="trace" ref={table}>
        <thead>
          <tr>
            <td />
            <th scope="col">
              <Labelled pixels={trace.pixels} label={label} />
              <span class="positive">positive: this is a {label}</span>
            </th>
            <th scope="col">
              <Labelled pixels={trace.pixels} label={wrong} />
              <span class="negative">negative: this is a {wrong}</span>
            </th>
            <th scope="col">its own change</th>
          </tr>
        </thead>
        <tbody>
          {layers.map((layer, l) => (
            <tr key={l}>
              <th scope="row">layer {l + 1}</th>
              {(["positive", "negative"] as const).map((kind) => (
                <td key={kind} class={`${kind} ${state(kind, l)}`}>
                  <PassCell
                    pass={layer[kind]}
                    threshold={layer.threshold}
                    mark={`${kind} ${l + 1}`}
                  />
                </td>
              ))}
              <td class={state("change", l)}>
                <ChangeCell layer={layer} l={l} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

// The image as the first layer sees it.
function Labelled({ pixels, label }: { pixels: Uint8Array; label: number }): JSX.Element {
  const seen = pixels.slice();
  seen.fill(0, 0, 10);
  seen[label] = 255;
  return <Pixels values={seen} />;
}

function PassCell(
  { pass, threshold, mark }: { pass: Pass; threshold: number; mark: string },
): JSX.Element {
  return (
    <>
      <Units activity={pass.activity} />
      <span class="sum">
        <b data-goodness={mark}>{pass.goodness.toFixed(2)}</b>{" "}
        {pass.goodness < threshold ? "<" : ">"} θ {figure(threshold)}
        <br />p = {probability(pass)}
      </span>
    </>
  );
}

function ChangeCell({ layer, l }: { layer: LayerTrace; l: number }): JSX.Element {
  const { before, after, unit } = layer.change;
  const change = after - before;
  return (
    <span class="sum">
      <b data-change={l + 1}>{weight(before)} → {weight(after)}</b>
      <br />
      <small>
        {change < 0 ? "−" : "+"}
        {Math.abs(change).toFixed(5)}, from {sourceOf(layer, l)} to unit {unit + 1}
      </small>
    </span>
  );
}

// Ask: draw a digit, and see each label's goodness in each layer as you draw.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Panel, PanelProps } from "../panel.ts";
import { AnswerTable } from "./answer_table.tsx";
import { DrawingBoard } from "./drawing_board.tsx";
import { MistakesBrowser } from "./mistakes.tsx";
import { SourceChoice } from "./source_choice.tsx";

/** A drawing, and what a model sees in it. */
export const ask: Panel = {
  name: "ask",
  title: "Ask it",
  lead:
    "Draw a digit. Each label is tried beside it, and excites each layer more or less: that is its goodness.",
  wide: false,
  View: ({ lab }) => (
    <>
      <SourceChoice lab={lab} />
      <div class="ask">
        <DrawingBoard lab={lab} />
        <Answering lab={lab} />
      </div>
      <MistakesBrowser lab={lab} />
    </>
  ),
};

function Answering({ lab }: PanelProps): JSX.Element {
  const answer = lab.asking.answer.value;
  const model = lab.asking.model.value;
  const truth = lab.asking.placed.value?.truth ?? null;
  const place = useRef<HTMLDivElement>(null);
  // What was chosen below is answered above.
  useEffect(() => {
    if (truth !== null) place.current!.scrollIntoView({ block: "nearest" });
  }, [lab.asking.placed.value]);
  return (
    <div class="answering" ref={place}>
      <p class="verdict" role="status">
        {answer
          ? (
            <>
              It sees a <b class="digit" data-answer>{answer.label}</b>
              {truth !== null && <>and it is a {truth}</>}
            </>
          )
          : <span class="none">Nothing drawn yet</span>}
      </p>
      {model && <AnswerTable answer={answer} model={model} />}
    </div>
  );
}

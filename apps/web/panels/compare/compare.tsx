// Compare: the same layers by backpropagation, beside the run.

import type { JSX } from "preact";
import { type Curve, LineChart } from "../../charts/line_chart.tsx";
import { count, percent } from "../../page/words.ts";
import type { Panel, PanelProps } from "../panel.ts";
import { Comparison } from "./comparison.ts";

/** Error against images and against seconds, for both. */
export const compare: Panel = {
  name: "compare",
  title: "Compare with backpropagation",
  lead:
    "The same layers on the same images, trained in the usual way: a softmax on top, and gradients that go back through all layers.",
  wide: true,
  View: Compare,
};

function Compare({ lab }: PanelProps): JSX.Element {
  const comparison = lab.part(Comparison);
  const points = comparison.points.value;
  const course = lab.course.value;
  const on = comparison.on.value;
  const curves = (x: "images" | "seconds"): Curve[] => [
    curve("Forward-Forward", "--series-1", course, x),
    { ...curve("backpropagation", "--series-2", points, x), dashed: true },
  ];
  // As far as both have come.
  const images = Math.min(course.at(-1)?.images ?? 0, points.at(-1)?.images ?? 0);
  const [ours, theirs] = [course, points].map((all) =>
    all.findLast((point) => point.images <= images)
  );
  const words = ours && theirs
    ? `Forward-Forward ${percent(ours.error)}, backpropagation ${percent(theirs.error)}, after ${
      count(images)
    } images.`
    : "Backpropagation has not begun.";
  return (
    <>
      <div class="buttons">
        <button type="button" aria-pressed={on} onClick={() => comparison.on.value = !on}>
          {on ? "Stop backpropagation" : "Run backpropagation too"}
        </button>
        <span class="hint" data-compared>{on ? words : ""}</span>
        <span class="fault" role="status">{comparison.fault.value ?? ""}</span>
      </div>
      <div class="curves">
        <LineChart
          title="Wrong of 500 held-out images (%)"
          x="images seen"
          curves={curves("images")}
          top={10}
          words={words}
        />
        <LineChart
          title="The same against time (%)"
          x="seconds of training"
          curves={curves("seconds")}
          top={10}
          words={words}
        />
      </div>
      <p class="hint">
        Both have the seconds of their own updates counted, but share this device: run one alone for
        its true speed. Backpropagation's learning rate, 0.3 with momentum 0.9, was chosen on
        held-out images, as Forward-Forward's was.
      </p>
    </>
  );
}

function curve(
  name: string,
  colour: string,
  points: readonly { images: number; seconds: number; error: number }[],
  x: "images" | "seconds",
): Curve {
  return {
    name,
    colour,
    xs: points.map((point) => point[x]),
    values: points.map(({ error }) => 100 * error),
  };
}

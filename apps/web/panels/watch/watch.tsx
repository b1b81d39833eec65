// Watch: how well it does, and what its layers make of right and wrong labels.

import type { JSX } from "preact";
import { DistributionChart } from "../../charts/distribution_chart.tsx";
import { LineChart } from "../../charts/line_chart.tsx";
import { Pixels } from "../../charts/pixels.tsx";
import { count, percent } from "../../page/words.ts";
import { PIXELS } from "../../shared/recipe_of.ts";
import type { Panel, PanelProps } from "../panel.ts";

/** Loss and error, goodness and receptive fields. */
export const watch: Panel = {
  name: "watch",
  title: "Watch it learn",
  lead:
    "Under the right label a layer's goodness, the sum of its squared activities, is to rise above the threshold θ; under a wrong one it is to fall below. So the two distributions part.",
  wide: false,
  View: ({ lab }) => (
    <>
      <Curves lab={lab} />
      <Distributions lab={lab} />
      <Fields lab={lab} />
    </>
  ),
};

function Curves({ lab }: PanelProps): JSX.Element {
  const course = lab.course.value;
  const xs = course.map(({ images }) => images);
  const errors = course.map(({ error }) => 100 * error);
  const losses = course.map(({ loss }) => loss);
  const [first, latest] = [course[0], course.at(-1)];
  const loss = losses.findLast((value) => value !== null);
  return (
    <div class="curves">
      <LineChart
        title="Wrong of 500 held-out images (%)"
        x="images seen"
        curves={[{ name: "error", colour: "--series-1", xs, values: errors }]}
        top={10}
        words={first && latest
          ? `From ${percent(first.error)} to ${percent(latest.error)} after ${
            count(latest.images)
          } images.`
          : "Nothing yet."}
      />
      <LineChart
        title="Loss, mean of the layers (log axis)"
        x="images seen"
        curves={[{ name: "loss", colour: "--series-3", xs, values: losses }]}
        log
        words={loss ? `Now ${loss.toPrecision(3)}.` : "Nothing yet."}
      />
    </div>
  );
}

function Distributions({ lab }: PanelProps): JSX.Element {
  const latest = lab.latest.value;
  const layers = lab.settings.value.layers;
  return (
    <div class="distributions" data-layers={layers.length}>
      <p class="legend">
        <b>Goodness, image by image</b>
        <span>
          <i class="positive" aria-hidden="true" />right label
        </span>
        <span>
          <i class="negative" aria-hidden="true" />wrong labels
        </span>
        <span>
          <i class="threshold" aria-hidden="true" />threshold θ
        </span>
      </p>
      {layers.map((_, l) => {
        const distribution = latest?.distributions[l];
        return distribution
          ? <DistributionChart key={l} title={`Layer ${l + 1}`} distribution={distribution} />
          : <div key={l} class="distribution blank" />;
      })}
    </div>
  );
}

function Fields({ lab }: PanelProps): JSX.Element {
  const fields = lab.latest.value?.fields;
  // As many as there will be, so that nothing moves when they come.
  const shown = fields ? fields.length / PIXELS : Math.min(30, lab.settings.value.layers[0]!);
  // The same colour for all: of their weights one in a hundred is stronger.
  const most = fields &&
    Float32Array.from(fields, Math.abs).sort()[Math.floor(0.99 * fields.length)]!;
  return (
    <figure class="fields">
      <figcaption>
        <b>What layer 1 has learned to look for</b>{" "}
        <small>
          how the weights of {shown} units have changed: <span class="warm">orange</span> for ink,
          {" "}
          <span class="cool">blue</span> against it
        </small>
      </figcaption>
      <div
        class="field-grid"
        role="img"
        aria-label={`Changed weights of ${shown} units of layer 1 as pictures`}
      >
        {Array.from({ length: shown }, (_, unit) => (
          fields && most
            ? (
              <Pixels
                key={unit}
                values={fields.subarray(unit * PIXELS, (unit + 1) * PIXELS)}
                most={most}
              />
            )
            : <span key={unit} class="pixels" />
        ))}
      </div>
    </figure>
  );
}

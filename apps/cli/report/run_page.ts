// The report of one run: how it learned, what it confuses, and what it looks for.

import { bytesOf, channelsOf, type ImageSize } from "@forward-forward/core/data";
import {
  type ConvolutionOptions,
  layerKinds,
  planLayers,
  type PlannedLayer,
} from "@forward-forward/core/layers";
import type { MapShape } from "@forward-forward/core/tensor";
import { denseState, layerWidths } from "@forward-forward/core/training";
import type { Evaluation, Scores } from "@forward-forward/core";
import { evaluateScores } from "@forward-forward/core/scoring";
import { troubleSentence, troublesOf } from "../display/troubles.ts";
import { count, duration, percent as inPercent, plural } from "../display/words.ts";
import { shellWord } from "../shared/shell_word.ts";
import type { AnyData } from "../kinds/kind.ts";
import type { Model } from "../run/model_file.ts";
import { contrasts, histogram, type Mistake, worstMistakes } from "./analysis.ts";
import { barChart, type Bars, type Chart, distributionChart } from "./charts.ts";
import { ERROR_CURVES, goodnessUnit, trainingCurves } from "./curves.ts";
import { type ImageMaps, mapsSection } from "./goodness_maps.ts";
import { type Html, html, type Piece } from "./html.ts";
import { charts, facts, list, page, section } from "./page.ts";
import { type Field, strongestFields, strongestFilters, weightPicture } from "./pictures.ts";
import { flatten, type RunLog } from "./run_log.ts";
import { type Shown, shownOf } from "./shown.ts";
import { type Steps, stepsChart } from "./steps.ts";

/** What a report is made from. */
export interface Findings {
  /** What the run logged. */
  run: RunLog;
  /** Its model. */
  model: Model;
  /** The goodness that separates positive from negative, for each layer. */
  thresholds: number[];
  /** The test images. */
  test: AnyData;
  /** Where they come from. */
  dataset: string;
  /** Their scores by the model. */
  scores: Scores;
  /** What they were scored on. */
  scorer: { name: string; device: string };
  /** How goodness goes from step to step, where the network has steps. */
  steps: Steps | null;
  /** Where layers find goodness, where their channels compete for labels. */
  maps: ImageMaps[] | null;
}

const MOST_BINS = 40;
const MISTAKES = 20;
const FIELDS = 48;

/** The whole page. */
export async function runPage(findings: Findings): Promise<string> {
  const { run, model: { info }, test, dataset, scores, scorer, steps, maps } = findings;
  const { recipe, seed, epoch, names } = info;
  const shown = shownOf(test, { names, frames: recipe.frames });
  const evaluation = evaluateScores(scores, test.labels, recipe);
  const seconds = run.epochs.at(-1)!.trainSeconds;
  const curves = await trainingCurves(run.epochs, recipe, evaluation.error);
  const lead =
    `Forward-Forward, recipe ${recipe.name}, ${layerWidths(recipe).join("-")}, seed ${seed}; ` +
    `${
      count(test.count)
    } test ${shown.items} of ${dataset}, scored on ${scorer.name} (${scorer.device}).`;
  return page(`${run.name}: report`, [
    html`
      <header>
        <h1>${run.name}</h1>
        <p class="lead">${lead}</p>
      </header>
    `,
    facts([
      ["test accuracy", inPercent(evaluation.accuracy)],
      ["test error", inPercent(evaluation.error)],
      ["trained", plural(epoch, "epoch")],
      ["training time", duration(seconds)],
    ]),
    section(
      "Learning",
      charts(curves),
      troubles(findings),
      curves.some(({ title }) => title === ERROR_CURVES) ? null : html`
        <p class="note">
          No error was measured while it learned: train with --validation to see one.
        </p>
      `,
    ),
    recipe.label.placement === "none" ? null : section(
      `Goodness of the test ${shown.items}`,
      html`
        <p>
          Each is shown to the network with its right label, as positive data, and with the
          wrong label that excites the layer most, the hardest negative there is. A layer has
          learned when the two lie on either side of its threshold; for a prediction it is enough
          that the right label has more.
        </p>
      `,
      charts([...await distributions(findings), await errorBars(evaluation, findings)]),
    ),
    steps && section(
      "From step to step",
      html`
        <p>
          The first test ${shown.items} with the right label held above the last layer, and with
          another one: what the layers below hear of it comes down a layer a step.
        </p>
      `,
      charts([await stepsChart(steps, info)]),
    ),
    shown.sections(run),
    section("Confusion", confusion(evaluation, shown)),
    section("Most confident mistakes", mistakes(findings, shown)),
    section("Receptive fields of the first layer", fields(findings, shown)),
    maps && mapsSection(maps, shown),
    section("Settings and machine", settings(run)),
  ]);
}

// What the last epoch's figures say of layers that learn no more.
function troubles({ run, thresholds, model: { info: { recipe } } }: Findings): Piece {
  const found = troublesOf(run.epochs.at(-1)!.layers, thresholds);
  const { learningRate } = recipe.optimizer;
  return found.map((trouble) =>
    html`
      <p class="note">${troubleSentence(trouble, learningRate)}.</p>
    `
  );
}

async function distributions(
  { scores, test, thresholds, model: { info: { recipe } } }: Findings,
): Promise<(Chart & { note: string })[]> {
  // Few images in many bins would be all spikes.
  const bins = Math.min(MOST_BINS, Math.ceil(Math.sqrt(test.count)));
  return await Promise.all(
    contrasts(scores, test.labels).map(async ({ positive, negative }, l) => {
      const threshold = thresholds[l]!;
      const { edges, fractions } = histogram([positive, negative], bins);
      const share = (holds: (i: number) => boolean): string =>
        inPercent(positive.filter((_, i) => holds(i)).length / test.count);
      const right = share((i) => positive[i]! > threshold);
      const wrong = share((i) => negative[i]! > threshold);
      const more = share((i) => positive[i]! > negative[i]!);
      const note = `Above the threshold are ${right} of the right labels and ${wrong} of the ` +
        `wrong ones; the right one has more in ${more} of all.`;
      const chart = await distributionChart({
        title: `Layer ${l + 1}, ${layerWidths(recipe)[l + 1]} units`,
        x: `goodness (${goodnessUnit(recipe)})`,
        edges,
        series: [
          { name: "right label", fractions: fractions[0]! },
          { name: "wrong label", fractions: fractions[1]! },
        ],
        rule: { x: threshold, name: `threshold ${threshold}` },
        words: `The threshold is ${threshold}. ${note}`,
      });
      return { ...chart, note };
    }),
  );
}

async function errorBars(
  { layerErrors, goodnessError, softmaxError }: Evaluation,
  { model: { info: { recipe } } }: Findings,
): Promise<Chart & { note: string }> {
  const { by } = recipe.predict;
  // The recipe's own way stands out.
  const way = (name: string, error: number, own: boolean): Bars["bars"][number] => ({
    name,
    value: 100 * error,
    ...(own ? { colour: 0 } : {}),
  });
  const bars = layerErrors.map((error, l) => way(`layer ${l + 1} alone`, error, false));
  const ways = [...bars];
  if (goodnessError !== null) ways.push(way("goodness, summed", goodnessError, by === "goodness"));
  if (softmaxError !== null) ways.push(way("softmax readout", softmaxError, by === "softmax"));
  const chart = await barChart({
    title: "Test error by way of predicting",
    x: "wrong predictions (%)",
    bars: ways,
  });
  const note = `The recipe predicts by ${by === "softmax" ? "the softmax readout" : "goodness"}.`;
  return { ...chart, note };
}

// A table is its own text alternative.
function confusion({ confusion, count: images, error }: Evaluation, { items, label }: Shown): Html {
  const classes = Math.sqrt(confusion.length);
  const labels = Array.from({ length: classes }, (_, label) => label);
  const at = (truth: number, predicted: number): number => confusion[truth * classes + predicted]!;
  const worst = Math.max(
    1,
    ...labels.flatMap((t) => labels.map((p) => t === p ? 0 : at(t, p))),
  );
  const cell = (truth: number, predicted: number): Html => {
    const n = at(truth, predicted);
    if (n === 0) return html`<td class="none">0</td>`;
    const hit = truth === predicted;
    const total = labels.reduce((sum, p) => sum + at(truth, p), 0);
    // A handful of mistakes would not be seen beside a thousand hits: each has its own scale.
    const share = hit ? n / total : 0.85 * Math.sqrt(n / worst);
    // Which colour of text is read on it depends on the scheme: that is for the style sheet.
    const depth = share > 0.8 ? " deep full" : share > 0.55 ? " deep" : "";
    const kind = `${hit ? "hit" : "miss"}${depth}`;
    return html`<td class="${kind}" style="--share:${share.toFixed(2)}">${n}</td>`;
  };
  const wrong = `${count(images * error)} of ${count(images)} test ${items} are predicted wrongly.`;
  return html`
    <figure>
      <p>
        ${wrong} Blue are hits, as a share of their row; orange are mistakes, the darker the more.
      </p>
      <p class="note" id="confusion">
        number of ${items} by true label (rows) and predicted label (columns)
      </p>
      <div class="scroll" tabindex="0" role="region" aria-label="confusion matrix">
        <table class="confusion" aria-labelledby="confusion">
          <thead>
            <tr><td></td>${labels.map((truth) => html`<th scope="col">${label(truth)}</th>`)}</tr>
          </thead>
          <tbody>${labels.map((truth) =>
            html`<tr><th scope="row">${label(truth)}</th>${
              labels.map((predicted) => cell(truth, predicted))
            }</tr>\n`
          )}</tbody>
        </table>
      </div>
    </figure>
  `;
}

function mistakes(
  { scores, test, model: { info: { recipe } } }: Findings,
  { items, label, item }: Shown,
): Piece {
  const { predict } = recipe;
  const worst = worstMistakes(scores, test.labels, { predict, most: MISTAKES });
  if (worst.length === 0) {
    return html`<p>There are none: all test ${items} are predicted rightly.</p>`;
  }
  const which = worst.length === 1 ? `test ${items.slice(0, -1)}` : `${worst.length} test ${items}`;
  const sure = ({ probability, margin }: Mistake): string =>
    probability === null ? `by ${margin.toPrecision(3)}` : `${(100 * probability).toFixed(1)} %`;
  const picture = (mistake: Mistake): Html => {
    const { index, truth, predicted } = mistake;
    return html`
      <figure>
        ${item(index)}
        <figcaption>a ${label(truth)}, taken for ${label(predicted)} <small>${sure(
          mistake,
        )}</small></figcaption>
      </figure>
    `;
  };
  const what = predict.by === "softmax"
    ? "the softmax's probability of the predicted label"
    : "by how much goodness the predicted label exceeds the true one";
  return html`
    <p>The ${which} of which the network is most wrongly convinced, with ${what}.</p>
    <div class="pictures">${worst.map(picture)}</div>
  `;
}

function fields({ model: { info, state } }: Findings, { first }: Shown): Html {
  const { classes, label } = info.recipe;
  const [{ options: layer, map }] = planLayers(info.recipe, layerKinds) as [PlannedLayer];
  // Of a convolution a window's weights, of other layers those of every pixel.
  const windows = layer.kind === "convolution" ? layer as ConvolutionOptions : null;
  const { frames = 1 } = info.recipe;
  const frame = { ...info.image, channels: channelsOf(info.image) / frames };
  const image = windows ? windowSize(windows, map) : frame;
  const weight = denseState(info.recipe, state)["layers.0.weight"]!;
  const pixels = bytesOf(image);
  // Above the pixels' rows are those of what is above a recurrent layer, or of a label beside the image.
  const labels = Math.max(label.placement === "overlay" ? classes : 0, weight.shape[0] - pixels);
  const strongest = windows
    ? strongestFilters(weight, { most: FIELDS })
    : strongestFields(weight, { pixels, labels, most: FIELDS });
  const isColoured = channelsOf(image) === 3;
  const overlaid = label.placement === "overlay" ? ` ${first}` : "";
  const which = plural(strongest.length, "unit");
  const picture = ({ unit, norm, weights, scale }: Field): Html => {
    const { url, width, height } = weightPicture(weights, { ...image, scale });
    const alt = `weights of unit ${unit}, norm ${norm.toPrecision(3)}`;
    return html`<img src="${url}" width="${width}" height="${height}" alt="${alt}">`;
  };
  const meaning = isColoured
    ? "the colours that excite them, grey where a weight is zero"
    : html`<span class="warm">orange</span> excites, <span class="cool">blue</span> inhibits`;
  return html`
    <p>
      The weights of the ${which} with the strongest ones: ${meaning}; each unit has its own scale.${overlaid}
    </p>
    <div class="fields">${strongest.map(picture)}</div>
  `;
}

function windowSize({ size, groups = 1 }: ConvolutionOptions, { channels }: MapShape): ImageSize {
  return { rows: size, columns: size, channels: channels / groups };
}

function settings({ config, path }: RunLog): Html {
  const { recipe, versions, command, started, backend, device, format: _, ...data } = config;
  const group = (name: string, rows: [string, Piece][]): Html =>
    html`<div><h3>${name}</h3>${list(rows)}</div>`;
  const words = Array.isArray(command)
    ? command.map((word) => shellWord(String(word))).join(" ")
    : String(command);
  return html`
    <div class="columns">
    ${group("Recipe", flatten(recipe))}
    <div class="columns">
    ${group("Data", flatten(data))}
    ${group("Machine", [
      ["folder", path],
      ["command", html`<code>${words}</code>`],
      ...flatten({ started, backend, device, versions }),
    ])}
    </div></div>
  `;
}

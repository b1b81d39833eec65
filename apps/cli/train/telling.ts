// What `ff train` tells: events for programs with `--json`, or lines and a bar for people.

import type { EpochReport, Evaluation, LayerReport, Progress } from "@forward-forward/core";
import { layerWidths } from "@forward-forward/core/training";
import { header } from "../display/header.ts";
import { kindOf } from "../kinds/kinds.ts";
import { noProgress, showProgress } from "../display/progress.ts";
import { confusionTable, figures, layerTable, lossCurve } from "../display/summary.ts";
import { troubleSentence, troublesOf, TroubleWatch } from "../display/troubles.ts";
import { duration } from "../display/words.ts";
import type { Begun } from "./begin.ts";
import type { Prepared } from "./prepare.ts";
import { describePosition, reportCommand } from "./resume.ts";

/** Tells how a run goes. */
export class Telling {
  readonly #prepared: Prepared;
  readonly #json: boolean;
  readonly #thresholds: number[];
  readonly #watch: TroubleWatch;
  readonly #losses: number[];
  #layers: LayerReport[] | undefined;
  #progress = noProgress;

  /** Of a run, as events or for people. */
  constructor(prepared: Prepared, json: boolean) {
    this.#prepared = prepared;
    this.#json = json;
    this.#thresholds = prepared.network.layers.map(({ threshold }) => threshold);
    this.#watch = new TroubleWatch(this.#thresholds);
    this.#losses = prepared.resumed?.epochs.map(({ loss }) => loss) ?? [];
  }

  /** That it begins, or goes on. */
  start({ folder, images }: Begun, trainSeconds: number): void {
    const { resumed, backend, why, advice, recipe, seed, dataset, data, network } = this.#prepared;
    const run = folder.path;
    this.#emit({
      event: "start",
      ...this.#what,
      layers: recipe.layers,
      epochs: recipe.epochs,
      dataset,
      images,
      run,
      ...(resumed ? { resumed: { epoch: network.epoch, update: network.update } } : {}),
    });
    const { items } = kindOf(data.train);
    this.#say(header({ recipe, seed, backend, why, advice, dataset, images, items, run }));
    if (resumed) this.#say(`resumed  ${describePosition(network)}`);
    this.#say(`\n${kindOf(data.train).samples(data.train, seed, data.names)}\n`);
    if (!this.#json) this.#progress = showProgress(images.train, { seconds: trainSeconds, items });
  }

  /** An update. */
  update(progress: Progress): void {
    this.#progress.update(progress);
  }

  /** An epoch, and what is wrong with its layers. */
  epoch(report: EpochReport, event: Record<string, unknown>, trainSeconds: number): void {
    this.#losses.push(report.loss);
    this.#layers = report.layers;
    this.#progress.epoch(report, trainSeconds);
    this.#emit(event);
    for (const found of this.#watch.epoch(report.layers)) {
      this.#emit({ event: "trouble", epoch: report.epoch, ...found });
      this.#progress.stop();
      console.error(troubleSentence(found, this.#prepared.recipe.optimizer.learningRate));
    }
  }

  /** How far the test is. */
  get test(): (done: number, total: number) => void {
    return this.#progress.test;
  }

  /** What the end of a run is, as an event. */
  doneEvent(
    { error, accuracy, goodnessError, softmaxError, layerErrors }: Evaluation,
    run: string,
    trainSeconds: number,
  ): Record<string, unknown> {
    const { best, network } = this.#prepared;
    return {
      event: "done",
      ...this.#what,
      epochs: network.epoch,
      ...(best ? { bestEpoch: best.epoch } : {}),
      trainSeconds,
      testError: error,
      testAccuracy: accuracy,
      goodnessError,
      softmaxError,
      layerErrors,
      run,
    };
  }

  /** That it has ended. */
  done(
    evaluation: Evaluation,
    event: Record<string, unknown>,
    run: string,
    trainSeconds: number,
  ): void {
    const { recipe, best, data } = this.#prepared;
    const names = kindOf(data.train).labelsAreNamed ? data.names : null;
    this.#emit(event);
    const layers = this.#layers;
    const parts = [
      lossCurve(this.#losses),
      confusionTable(evaluation, names),
      layerTable(layerWidths(recipe).slice(1), evaluation, layers),
      troublesOf(layers ?? [], this.#thresholds)
        .map((found) => troubleSentence(found, recipe.optimizer.learningRate)).join("\n"),
      figures(evaluation),
    ];
    this.#say(parts.filter((part) => part !== "").join("\n\n"));
    if (best) {
      this.#say(
        `the model is that of epoch ${best.epoch}, the best on the held-out ${
          kindOf(data.train).items
        }`,
      );
    }
    this.#say(
      `trained in ${duration(trainSeconds)}; the run is in ${run}, ${reportCommand(run)} draws it`,
    );
  }

  /** Takes the bar away. */
  stop(): void {
    this.#progress.stop();
  }

  get #what(): Record<string, unknown> {
    const { backend, recipe, seed } = this.#prepared;
    return { backend: backend.name, device: backend.device, recipe: recipe.name, seed };
  }

  #emit(event: Record<string, unknown>): void {
    if (this.#json) console.log(JSON.stringify(event));
  }

  #say(text: string): void {
    if (!this.#json) console.log(text);
  }
}

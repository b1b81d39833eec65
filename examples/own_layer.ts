// Your own kind of layer, from nothing: one gain and one bias a unit, so that a layer can only choose among what the layer below makes. On
// 5,000 images of MNIST the network ends at about 8 % of held-out images wrong.
//
//     deno run --allow-read --allow-ffi --allow-env=FF_MNIST_DIR examples/own_layer.ts

import { FFNetwork, recipes, takeDataset, type Tensor, withKinds } from "@forward-forward/core";
import {
  Figures,
  type Layer,
  type LayerContext,
  type LayerKind,
  Optimizer,
  type Parameter,
} from "@forward-forward/core/layers";
import type { Rule } from "@forward-forward/core/rules";
import type { Activity } from "@forward-forward/core/tensor";
import { createBackend } from "@forward-forward/backend-onnx";
import { loadMnist } from "@forward-forward/datasets";

interface GainGradients {
  gain: Tensor;
  bias: Tensor;
}

/** `relu(gain · x + bias)`, element by element. */
class GainLayer implements Layer {
  readonly size: Layer["size"];
  readonly threshold: number;
  readonly optimizer: Optimizer;
  readonly figures: Figures;
  readonly gain: Parameter;
  readonly bias: Parameter;
  readonly #context: LayerContext;
  readonly #rule: Rule;
  readonly #goodnessScale: number;

  constructor(context: LayerContext) {
    const {
      backend: b,
      size,
      settings: { threshold, goodness, loss, optimizer, excitedBy },
      rules,
    } = context;
    this.#context = context;
    this.size = size;
    this.threshold = threshold === "units" ? size.units : threshold;
    this.#goodnessScale = goodness === "mean" ? 1 / size.units : 1;
    const { threshold: at } = this;
    this.#rule = rules[loss.kind]!
      .create(loss, { backend: b, goodnessScale: this.#goodnessScale, threshold: at });
    this.optimizer = new Optimizer(b, optimizer);
    this.gain = this.optimizer.parameter(b.fill([1, size.units], 1), { decays: true });
    this.bias = this.optimizer.parameter(b.fill([1, size.units], 0), { decays: false });
    this.figures = new Figures(b, excitedBy);
  }

  // What a model, a checkpoint and a report have of it.
  get parameters(): Record<string, Parameter[]> {
    return { gain: [this.gain], bias: [this.bias] };
  }
  readonly buffers = {};
  get running(): Record<string, Tensor<"f32">> {
    return { figures: this.figures.sums };
  }

  activity(inputs: Tensor): Activity {
    const { backend: b } = this.#context;
    return b.scope(() => {
      const s = b.relu(b.add(b.mul(inputs, this.gain.value), this.bias.value));
      return { s, squares: b.sum(b.mul(s, s), "columns") };
    });
  }

  evidence({ squares }: Activity): Tensor<"f32"> {
    const { backend: b, settings: { excitedBy } } = this.#context;
    return b.affine(squares, (excitedBy === "positive" ? 1 : -1) * this.#goodnessScale, 0);
  }

  learn(
    inputs: Tensor,
    _shared: null,
    batchPairs: number,
  ): { activity: Activity; gradients: GainGradients } {
    const { backend: b } = this.#context;
    return b.scope(() => {
      const activity = this.activity(inputs);
      const delta = this.#rule.delta(activity, batchPairs, this.figures.sums);
      this.figures.pairs += inputs.shape[0] / 2;
      const gradients = { gain: b.sum(b.mul(delta, inputs), "rows"), bias: b.sum(delta, "rows") };
      return { activity, gradients };
    });
  }

  apply({ gain, bias }: GainGradients, _batchPairs: number, gainOfRate: number): void {
    this.optimizer.update([[this.gain, gain], [this.bias, bias]], gainOfRate);
  }

  [Symbol.dispose](): void {
    for (const part of [this.gain, this.bias, this.figures]) part[Symbol.dispose]();
  }
}

/** A layer of as many units as it is given columns. */
export const gain: LayerKind<{ kind: "gain" }> = {
  options: {},
  units: (_, inputs) => inputs,
  shapes: (_, { units }) => ({ gain: [1, units], bias: [1, units] }),
  create: (_, context) => new GainLayer(context),
};

if (import.meta.main) {
  const { train } = await loadMnist();
  using backend = await createBackend();
  const recipe = recipes.quick({ epochs: 5, layers: [784, 500, { kind: "gain" }, 300] });
  using network = new FFNetwork(backend, recipe, { kinds: withKinds({ layers: { gain } }) });
  const validation = takeDataset(train, 50_000, 52_000);
  for await (
    const { epoch, validation: held } of network.fit(takeDataset(train, 0, 5000), { validation })
  ) {
    console.log(`epoch ${epoch}: ${(100 * held!.error).toFixed(1)} % of held-out images wrong`);
  }
}

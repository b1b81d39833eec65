// Twelve updates of each rule against PyTorch in 64-bit floats (tests/golden), wherever a backend runs: in Deno, in a page.

import {
  type Backend,
  type Dataset,
  FFNetwork,
  type NetworkState,
  recipes,
  takeDataset,
} from "@forward-forward/core";
import { decodeSafetensors } from "@forward-forward/core/model";
import type { Shape } from "@forward-forward/core/tensor";
import { type Case, ensure } from "./_case.ts";
import { assertClose, type Golden } from "./_close.ts";
import { mapCases } from "./_golden_maps.ts";

/** What PyTorch computed: tests/golden/README.md says what there is. */
export interface GoldenVectors {
  /** The keras rule's. */
  keras: Golden;
  /** The hinton rule's. */
  hinton: Golden;
  /** Of operations on maps. */
  maps: Golden;
  /** Of groups that compete. */
  competing: Golden;
}

/** Reads the files, by name. */
export async function loadGolden(
  read: (name: string) => Promise<Uint8Array>,
): Promise<GoldenVectors> {
  const load = async (rule: string): Promise<Golden> =>
    decodeSafetensors(await read(`${rule}.safetensors`)).tensors;
  return {
    keras: await load("keras"),
    hinton: await load("hinton"),
    maps: await load("maps"),
    competing: await load("competing"),
  };
}

const PAIRS = 37;
const LAYERS = [97, 61, 43];

function dataset({ images, labels }: Golden): Dataset {
  return {
    images: images!.data as Uint8Array,
    labels: Uint8Array.from(labels!.data),
    count: labels!.data.length,
    rows: LAYERS[0]!,
    columns: 1,
    classes: 10,
  };
}

/** The tensors under a prefix, as a network takes them. */
export function stateOf(golden: Golden, prefix: string): NetworkState {
  return Object.fromEntries(
    Object.entries(golden).filter(([name]) => name.startsWith(prefix)).map((
      [name, { shape, data }],
    ) => [
      name.slice(prefix.length),
      { shape: shape as Shape, data: data as Float32Array },
    ]),
  );
}

/** Throws unless a network's state is that expected, with the optimizers' moments. */
export async function assertState(
  network: FFNetwork,
  golden: Golden,
  prefix = "final.",
): Promise<void> {
  const state = await network.state({ optimizer: true });
  const expected = stateOf(golden, prefix);
  const names = (of: NetworkState): string => Object.keys(of).toSorted().join();
  ensure(names(state) === names(expected), `the state has ${names(state)}`);
  for (const [name, { data }] of Object.entries(expected)) {
    assertClose(name, state[name]!.data, data);
  }
}

async function runKeras(backend: Backend, { keras }: GoldenVectors): Promise<void> {
  const updatesPerLayer = 6;
  const recipe = recipes.keras({
    layers: LAYERS,
    schedule: { kind: "greedy", updatesPerLayer },
  });
  using network = new FFNetwork(backend, recipe);
  network.load(stateOf(keras, "initial."));
  const data = dataset(keras);
  for (let epoch = 0; epoch < 2; epoch++) {
    const wrong = Array.from(keras.negatives!.data).slice(epoch * PAIRS, (epoch + 1) * PAIRS);
    const reports = await network.trainBatch(data, wrong);
    reports.forEach(({ loss }, l) => {
      const start = (epoch * 2 + l) * updatesPerLayer;
      const losses = Array.from(keras.losses!.data).slice(start, start + updatesPerLayer);
      const mean = losses.reduce((a, b) => a + b) / updatesPerLayer;
      assertClose(`loss of layer ${l} in epoch ${epoch}`, [loss], [mean]);
    });
  }
  await assertState(network, keras);
  const { goodness: [first, second] } = await network.score(data);
  assertClose("goodness", first!.map((g, i) => g + second![i]!), keras.goodness!.data);
  assertClose("predictions", await network.predict(data), keras.predictions!.data);
}

async function runHinton(backend: Backend, { hinton }: GoldenVectors): Promise<void> {
  const { optimizer } = recipes.hinton();
  const recipe = recipes.hinton({
    layers: LAYERS,
    inputs: "plain",
    optimizer: { ...optimizer, learningRate: 0.05 },
  });
  using network = new FFNetwork(backend, recipe);
  network.load(stateOf(hinton, "initial."));
  const data = dataset(hinton);
  for (let update = 0; update < 12; update++) {
    const start = update * PAIRS;
    const wrong = Array.from(hinton.negatives!.data).slice(start, start + PAIRS);
    const reports = await network.trainBatch(takeDataset(data, start, start + PAIRS), wrong);
    reports.forEach((report, l) => {
      const at = (name: string): number => hinton[name]!.data[update * 2 + l]!;
      const what = `layer ${l} at update ${update}`;
      assertClose(`loss of ${what}`, [report.loss], [at("losses")]);
      assertClose(`goodness of positives of ${what}`, [report.positive], [at("positive")]);
      assertClose(`goodness of negatives of ${what}`, [report.negative], [at("negative")]);
    });
  }
  await assertState(network, hinton);
  const first = takeDataset(data, 0, PAIRS);
  const { goodness, logits } = await network.score(first);
  assertClose("logits", logits!, hinton.logits!.data);
  assertClose("goodness of layer 2", goodness[1]!, hinton["goodness.from_1"]!.data);
  const all = goodness[0]!.map((g, i) => g + goodness[1]![i]!);
  assertClose("goodness of both layers", all, hinton["goodness.from_0"]!.data);
  assertClose("predictions", await network.predict(first), hinton["predictions.from_1"]!.data);
}

// The layers of the kinds in competing.safetensors.
const COMPETING = {
  deeper: [
    {
      kind: "convolution",
      channels: 20,
      size: 5,
      norm: "groups",
      pool: { by: "average", size: 2 },
    },
    { kind: "convolution", channels: 30, size: 3, stride: 2, groups: 2, norm: "groups" },
  ],
  batch: [
    { kind: "convolution", channels: 10, size: 3, norm: "batch", pool: { by: "max", size: 2 } },
    { kind: "convolution", channels: 20, size: 3, norm: "batch" },
  ],
  projected: [6, 8].map((channels) => ({ kind: "convolution", channels, size: 3, norm: "rows" })),
  shortcuts: [
    { channels: 10, size: 2, padding: 0 },
    { channels: 10, size: 3 },
    { channels: 10, size: 3, stride: 2, shortcut: { by: "add" } },
    { channels: 20, size: 3, shortcut: { by: "concatenate", over: 3 } },
    { channels: 10, size: 3 },
  ].map((layer) => ({ kind: "convolution", norm: "groups", ...layer })),
};

// Six updates of layers whose groups compete, of one of the file's kinds.
async function runCompeting(
  backend: Backend,
  golden: Golden,
  kind: keyof typeof COMPETING,
): Promise<void> {
  const recipe = recipes.deeper({
    layers: [63, ...COMPETING[kind]],
    image: { channels: 1, rows: 9, columns: 7 },
    loss: kind === "projected"
      ? { kind, patch: 3 }
      : { kind: "competing", of: kind === "batch" ? "squares" : "activities" },
    goodness: kind === "projected" ? "sum" : "mean",
    optimizer: { learningRate: 0.02 },
  });
  using network = new FFNetwork(backend, recipe);
  const own = Object.fromEntries(
    Object.entries(golden)
      .filter(([name]) => name.startsWith(`${kind}.`))
      .map(([name, tensor]) => [name.slice(kind.length + 1), tensor]),
  );
  const start = await network.state();
  network.load({ ...start, ...stateOf(own, "initial.") });
  const data = { ...dataset(golden), rows: 9, columns: 7 };
  for (let update = 0; update < 6; update++) {
    const batch = takeDataset(data, update * PAIRS, (update + 1) * PAIRS);
    (await network.trainBatch(batch, null)).forEach(({ loss, positive, negative }, l) => {
      const { data, shape: [, columns] } = own.figures!;
      const expected = Array.from(data).slice(columns! * update + 3 * l);
      const what = `figures of layer ${l} at update ${update}`;
      assertClose(what, [loss, positive, negative], expected.slice(0, 3));
    });
  }
  await assertState(network, own);
  const { goodness } = await network.score(takeDataset(data, 0, PAIRS));
  goodness.forEach((of, l) =>
    assertClose(`goodness of layer ${l}`, of, own[`goodness.${l}`]!.data)
  );
}

/** Both rules, and the operations on maps. */
export const goldenCases: Case<GoldenVectors>[] = [
  ...mapCases.map(({ criterion, check }): Case<GoldenVectors> => ({
    criterion,
    check: (backend, { maps }) => check(backend, maps),
  })),
  { criterion: "12 updates of the keras rule equal PyTorch's", check: runKeras },
  { criterion: "12 updates of the hinton rule equal PyTorch's", check: runHinton },
  ...(Object.keys(COMPETING) as (keyof typeof COMPETING)[]).map((kind): Case<GoldenVectors> => ({
    criterion: `6 updates of groups that compete equal PyTorch's: ${kind}`,
    check: (backend, { competing }) => runCompeting(backend, competing, kind),
  })),
];

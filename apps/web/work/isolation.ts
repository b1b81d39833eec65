// The proof that nothing crosses a layer: layer 2 is meddled with, and layer 1 learns the same to the bit.

import {
  type Backend,
  type Dataset,
  type FFNetwork,
  type NetworkState,
  takeDataset,
} from "@forward-forward/core";
import { Random } from "@forward-forward/core/tensor";
import type { Difference, Isolation, Meddling } from "../shared/tracing.ts";
import { PIXELS } from "../shared/recipe_of.ts";
import { BackpropNetwork, upload } from "./backprop.ts";
import { copyOf } from "./trace.ts";

const UPDATES = 3;
const BATCH = 50;
/** The layer that is meddled with, as a state names it. */
const SECOND = "layers.1.";

/**
 * Makes the same updates of two copies, of which one has layer 2 scrambled before the first, or put back after each. The wrong
 * labels are given, for a readout that is asked for them sees layer 2. Throws an `Error` where there is no layer 2.
 */
export async function isolation(
  network: FFNetwork,
  heldOut: Dataset,
  meddling: Meddling,
): Promise<Isolation> {
  if (network.layers.length < 2) throw new Error("there is no layer 2: give the network another");
  const [plain, meddled] = [
    await trained(network, heldOut, null),
    await trained(network, heldOut, meddling),
  ];
  const layers = network.layers.map((_, l) => difference(plain, meddled, `layers.${l}.weight`));
  return { updates: UPDATES, layers, backprop: await byBackprop(network, heldOut, meddling) };
}

async function trained(
  network: FFNetwork,
  heldOut: Dataset,
  meddling: Meddling | null,
): Promise<NetworkState> {
  using copy = await copyOf(network);
  const random = new Random(network.seed);
  const start = await copy.state({ optimizer: true });
  if (meddling === "scramble") copy.load(scrambled(start, random.fork("scramble")));
  const drawn = random.fork("wrong labels");
  for (let update = 0; update < UPDATES; update++) {
    const batch = takeDataset(heldOut, update * BATCH, (update + 1) * BATCH);
    const wrong = Array.from(batch.labels, (label) => (label + 1 + drawn.below(9)) % 10);
    await copy.trainBatch(batch, wrong);
    if (meddling !== "freeze") continue;
    const kept = Object.entries(start).filter(([name]) => name.startsWith(SECOND));
    copy.load({ ...await copy.state({ optimizer: true }), ...Object.fromEntries(kept) });
  }
  return await copy.state();
}

// Layer 2's weights in another order.
function scrambled(state: NetworkState, random: Random): NetworkState {
  const name = `${SECOND}weight`;
  const { shape, data } = state[name]!;
  return { ...state, [name]: { shape, data: shuffled(data, random) } };
}

function shuffled(data: Float32Array, random: Random): Float32Array {
  return Float32Array.from(random.permutation(data.length), (i) => data[i]!);
}

// The same by backpropagation: how many of layer 1's weights come out otherwise.
async function byBackprop(
  { backend, seed, layers }: FFNetwork,
  heldOut: Dataset,
  meddling: Meddling,
): Promise<Difference> {
  const widths = [PIXELS, ...layers.map(({ size }) => size.units)];
  const learn = async (meddles: boolean): Promise<Float32Array> => {
    using network = new BackpropNetwork(backend, widths, 10, seed);
    const { weights } = network.layers[1]!;
    const [start] = await backend.read([weights]);
    const put = (values: Float32Array): void =>
      backend.scope(() => backend.assign(weights, backend.upload(values, weights.shape)));
    if (meddles && meddling === "scramble") {
      put(shuffled(start!, new Random(seed).fork("scramble")));
    }
    await updates(backend, network, heldOut, () => meddles && meddling === "freeze" && put(start!));
    return (await backend.read([network.layers[0]!.weights]))[0]!;
  };
  return differing(await learn(false), await learn(true));
}

async function updates(
  backend: Backend,
  network: BackpropNetwork,
  heldOut: Dataset,
  after: () => void,
): Promise<void> {
  const data = upload(backend, heldOut);
  for (let update = 0; update < UPDATES; update++) {
    network.update(data, Int32Array.from({ length: BATCH }, (_, i) => update * BATCH + i));
    after();
  }
  await backend.flush();
  data.images.dispose();
  data.labels.dispose();
}

function difference(a: NetworkState, b: NetworkState, name: string): Difference {
  return differing(a[name]!.data, b[name]!.data);
}

// To the bit: a zero and a negative zero differ, and a number that is none is what its bits say.
function differing(a: Float32Array, b: Float32Array): Difference {
  const [x, y] = [a, b].map(({ buffer, byteOffset, length }) =>
    new Uint32Array(buffer as ArrayBuffer, byteOffset, length)
  ) as [Uint32Array, Uint32Array];
  return { weights: x.length, changed: x.reduce((n, word, i) => n + Number(word !== y[i]), 0) };
}

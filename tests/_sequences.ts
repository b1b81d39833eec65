// Ten updates of the rule for text against PyTorch in 64-bit floats (tests/golden/make_sequences.py).

import { type Backend, FFNetwork, Random, recipes } from "@forward-forward/core";
import { type Data, disposeParts, makeText, sourceKinds } from "@forward-forward/core/data";
import { Forward } from "@forward-forward/core/scoring";
import { scheduleKinds, writeAnew } from "@forward-forward/core/training";
import { ensure } from "./_case.ts";
import { assertClose, type Golden } from "./_close.ts";
import { assertState, stateOf } from "./_golden.ts";

const [SYMBOLS, LENGTH, WINDOW, BATCH, UPDATES] = [7, 15, 4, 3, 10];
const ROWS = BATCH * (LENGTH - WINDOW);

/** Replays the updates, by teacher-forced negatives or by strings that the network writes itself. */
export async function checkSequences(
  backend: Backend,
  golden: Golden,
  written: boolean,
): Promise<void> {
  const recipe = recipes["next-character"]({
    layers: [WINDOW * SYMBOLS, 23, 19, 13],
    classes: SYMBOLS,
    batchSize: ROWS,
    negatives: written ? "rollout" : "hard",
    label: { strength: 1, neutral: 0.1 },
    peer: { strength: 0.03, decay: 0.9, start: 0.5 },
    optimizer: { kind: "momentum", learningRate: 0.05, momentum: 0.9, decay: 0.001 },
    readout: {
      from: 0,
      optimizer: { kind: "momentum", learningRate: 0.1, momentum: 0.9, decay: 0.003 },
    },
  });
  const part = written ? "written" : "forced";
  const text = makeText(Uint8Array.from(golden.strings!.data), SYMBOLS, {
    length: LENGTH,
    window: WINDOW,
  });
  using network = new FFNetwork(backend, recipe);
  const start = await network.state();
  network.load({ ...start, ...stateOf(golden, "initial.") });
  const { layers, readout } = network;
  const { classes, normalise } = recipe;
  const forward = new Forward({ backend, layers, readout, classes, normalise });
  using source = await sourceKinds.text!.open(backend, recipe, text as Data, {
    training: { random: new Random(1) },
  });
  const joint = scheduleKinds.joint!.create(recipe.schedule, forward, recipe);
  const noises = Float32Array.from(golden.noise!.data);
  for (let u = 0; u < UPDATES; u++) {
    for (const { figures } of layers) figures.reset();
    const indices = Int32Array.from({ length: ROWS }, (_, i) => u % 2 * ROWS + i);
    const noise = noises.subarray(u * ROWS * SYMBOLS, (u + 1) * ROWS * SYMBOLS);
    if (written && u % 2 === 0) await writeAnew(forward, source.writing!, inTurn(noises, u / 2));
    const parts = [{
      indices: backend.upload(indices, [ROWS, 1]),
      noise: backend.upload(noise, [ROWS, SYMBOLS]),
      ...{ warps: null, partners: null, wrong: null, pixels: null, seed: 0 },
    }];
    try {
      await joint.train(source, parts, { gain: 1, updated: () => backend.flush() });
    } finally {
      disposeParts(parts);
    }
    const sums = await backend.read(layers.map(({ figures }) => figures.sums));
    layers.forEach(({ figures }, l) => {
      const { loss } = figures.report(sums[l]!);
      assertClose(`loss of layer ${l} at update ${u}`, [loss], [
        golden[`${part}.losses`]!.data[u * 3 + l]!,
      ]);
    });
  }
  await assertState(network, golden, `${part}.final.`);
  // Only the two ways differ in what they have as negatives.
  const other = stateOf(golden, `${written ? "forced" : "written"}.final.`);
  const { data } = (await network.state())["layers.0.weight"]!;
  ensure(data.some((w, i) => Math.abs(w - other["layers.0.weight"]!.data[i]!) > 1e-3), "the same");
}

// The noise of an epoch in the order in which it is drawn: place by place, of every string.
function inTurn(noises: Float32Array, epoch: number): { gumbel(): number } {
  const [strings, each] = [2 * BATCH, LENGTH - WINDOW];
  let drawn = 0;
  return {
    gumbel: () => {
      const [at, symbol] = [Math.floor(drawn / SYMBOLS), drawn % SYMBOLS];
      drawn++;
      const [place, string] = [Math.floor(at / strings), at % strings];
      return noises[((epoch * strings + string) * each + place) * SYMBOLS + symbol]!;
    },
  };
}

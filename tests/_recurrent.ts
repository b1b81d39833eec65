// Ten updates of the recurrent rule over ten steps each, against PyTorch in 64-bit floats (tests/golden/make_recurrent.py, make_frames.py).

import { type Backend, FFNetwork, recipes } from "@forward-forward/core";
import { assertClose, type Golden } from "./_close.ts";
import { assertState, stateOf } from "./_golden.ts";

const [IMAGES, PIXELS, CLASSES, UPDATES] = [9, 29, 5, 10];

/** Replays the updates, in which all layers learn at once or one after another, of images made of so many frames. */
export async function checkRecurrent(
  backend: Backend,
  golden: Golden,
  order: "joint" | "greedy",
  frames = 1,
): Promise<void> {
  const recipe = recipes.recurrent({
    layers: [frames * PIXELS, 19, 17, 13],
    ...frames > 1 ? { frames } : {},
    classes: CLASSES,
    inputs: "plain",
    label: { strength: 2 },
    schedule: {
      ...{ kind: "recurrent", steps: 10, keep: 0.3, from: 3, to: 5 },
      order: order === "joint" ? "at-once" : "in-turn",
    },
    peer: { strength: 0.03, decay: 0.9, start: 0.5 },
    optimizer: { kind: "momentum", learningRate: 0.1, momentum: 0.9, decay: 0.001 },
    readout: {
      from: 0,
      optimizer: { kind: "momentum", learningRate: 0.1, momentum: 0.9, decay: 0.003 },
    },
    predict: { by: "goodness", from: 0 },
  });
  using network = new FFNetwork(backend, recipe);
  const start = await network.state();
  network.load({ ...start, ...stateOf(golden, "initial.") });
  const data = {
    images: golden.images!.data as Uint8Array,
    labels: Uint8Array.from(golden.labels!.data),
    ...{ count: IMAGES, rows: PIXELS, columns: 1, channels: frames, classes: CLASSES },
  };
  for (let u = 0; u < UPDATES; u++) {
    const wrong = Array.from(golden.negatives!.data).slice(u * IMAGES, (u + 1) * IMAGES);
    const reports = await network.trainBatch(data, wrong);
    const losses = Array.from(golden[`${order}.losses`]!.data).slice(u * 3, u * 3 + 3);
    assertClose(`losses at update ${u}`, reports.map(({ loss }) => loss), losses);
  }
  await assertState(network, golden, `${order}.final.`);
  const { goodness } = await network.score(data);
  const expected = Array.from(golden[`${order}.goodness`]!.data);
  goodness.forEach((layer, l) => {
    const size = IMAGES * CLASSES;
    assertClose(`goodness of layer ${l}`, layer, expected.slice(l * size, (l + 1) * size));
  });
  assertClose("predictions", await network.predict(data), golden[`${order}.predictions`]!.data);
}

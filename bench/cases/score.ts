// Row `score/...`: the goodness of all ten labels of MNIST's test images, on the paper's network.

import { FFNetwork, recipes, takeDataset } from "@forward-forward/core";
import { type Bench, seconds, type Sides } from "../_measure.ts";
import type { Tools } from "../_tools.ts";
import { besideTorch, TORCH_PEERS, TORCH_SUBJECTS, type TorchSubject } from "./_torch.ts";
import { tensorsOf } from "./_train.ts";

const LAYERS = [784, 2000, 2000, 2000, 2000];
const IMAGES = 10_000;
// The fastest of the sizes that were tried.
const PEER_CHUNK = 2000;
// Images that the network is trained on, for both to have something to tell apart.
const TRAIN_IMAGES = 3000;
// Goodness that is almost equal is told apart by the last digits.
const ERROR_TOLERANCE = 0.005;

/** All of them. */
export function score(tools: Tools): Bench[] {
  return TORCH_SUBJECTS.map((subject) => ({
    name: `score/${LAYERS.join("-")}`,
    subject,
    peer: TORCH_PEERS[subject],
    unit: "s per 10,000 images",
    open: () => open(tools, subject),
  }));
}

async function open(tools: Tools, subject: TorchSubject): Promise<Sides> {
  const { torch, backend } = await besideTorch(tools, subject);
  const { train, test } = await tools.data();
  const recipe = recipes.hinton({ layers: LAYERS, epochs: 2 });
  const network = new FFNetwork(backend, recipe);
  for await (const _ of network.fit(takeDataset(train, 0, TRAIN_IMAGES))) break;
  const readoutFrom = recipe.readout!.from;
  const question = { do: "network", layers: LAYERS, optimizer: "momentum", readoutFrom };
  await torch.ask(question, await tensorsOf(network));
  await torch.load("t10k");
  const peer = (images: number): ReturnType<typeof torch.ask> =>
    torch.ask({ do: "score", images, chunk: PEER_CHUNK });

  const some = takeDataset(test, 0, PEER_CHUNK);
  const ours = (await network.evaluate(some)).goodnessError!;
  const theirs = (await peer(PEER_CHUNK)).error!;
  const agreement = `error on ${PEER_CHUNK} images: ours ${ours.toFixed(4)}, ` +
    `the peer's with the same weights ${theirs.toFixed(4)}`;
  // Written so that NaN fails.
  if (!(Math.abs(ours - theirs) <= ERROR_TOLERANCE)) {
    throw new Error(`the peer computes something else: ${agreement}`);
  }
  return {
    subject: () => seconds(() => network.score(test)),
    peer: async () => (await peer(IMAGES)).seconds,
    note:
      `all ${test.count} test images under ten labels; ours also computes the readout's logits; ` +
      `the peer takes ${PEER_CHUNK} images at a time; ${backend.device} beside ${torch.device}`,
    agreement,
    [Symbol.asyncDispose]: () => Promise.resolve(network.dispose()),
  };
}

// The worker that trains.

import { type Dataset, FFNetwork, loadModel } from "@forward-forward/core";
import { expose } from "comlink";
import type { LabEvent } from "./shared/events.ts";
import type { OwnImage, Tested, TrainingWorker } from "./shared/training.ts";
import type { Settings } from "./shared/settings.ts";
import type { Isolation, Trace } from "./shared/tracing.ts";
import { Images } from "./work/images.ts";
import { isolation } from "./work/isolation.ts";
import { openBackend, type Opened } from "./work/open_backend.ts";
import { ownImages } from "./work/own_images.ts";
import { trace } from "./work/trace.ts";
import { Run } from "./work/trainer.ts";

let tell: (event: LabEvent) => void = () => {};
let run: Run | null = null;
let own: readonly OwnImage[] = [];
let opened: { wanted: Settings["backend"]; made: Opened } | null = null;
// One run ends before the next begins.
let ended: Promise<void> = Promise.resolve();

const images = new Images((count) => tell({ type: "data", images: count }));

async function open(wanted: Settings["backend"], again: boolean): Promise<Opened> {
  if (opened?.wanted === wanted && !again) return opened.made;
  opened?.made.backend.dispose();
  opened = null;
  const made = await openBackend(wanted);
  opened = { wanted, made };
  return made;
}

async function tested(network: FFNetwork, test: Dataset): Promise<Tested> {
  const { error, count } = await network.evaluate(test);
  return { error, count, wrong: Math.round(error * count) };
}

const worker: TrainingWorker = {
  listen: (listener) => void (tell = listener),
  start(settings): void {
    run?.end();
    let opens = 0;
    const begun = run = new Run(settings, {
      open: () => open(settings.backend, opens++ > 0),
      images,
      own: () => ownImages(own),
      tell: (event) => {
        if (run === begun) tell(event);
      },
    });
    if (settings.run) begun.gate.let();
    ended = ended.then(() => run === begun ? begun.start() : undefined);
  },
  go: (updates) => run?.gate.let(updates ?? Infinity),
  model: () => running().model(),
  async test(model): Promise<Tested> {
    const test = await images.test();
    return await running().withNetwork(async (network) => {
      if (!model) return await tested(network, test);
      using other = await loadModel(network.backend, model);
      return await tested(other, test);
    });
  },
  async trace(wish): Promise<Trace> {
    const heldOut = await images.heldOut();
    const run = running();
    return await run.withNetwork((network) => trace(network, heldOut, wish, run.update));
  },
  async isolation(meddling): Promise<Isolation> {
    const heldOut = await images.heldOut();
    return await running().withNetwork((network) => isolation(network, heldOut, meddling));
  },
  learnOwn: (images) => void (own = images),
};

function running(): Run {
  if (!run) throw new Error("nothing is being trained");
  return run;
}

expose(worker);

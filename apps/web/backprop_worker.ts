// The worker that learns by backpropagation.

import { expose } from "comlink";
import type { CompareEvent, ComparingWorker } from "./shared/comparing.ts";
import { BackpropRun } from "./work/backprop_run.ts";
import { Images } from "./work/images.ts";
import { openBackend } from "./work/open_backend.ts";

const images = new Images();
let run: BackpropRun | null = null;
let ended: Promise<void> = Promise.resolve();

const worker: ComparingWorker = {
  start(settings, tell): void {
    run?.end();
    const begun = run = new BackpropRun();
    const say = (event: CompareEvent): void => {
      if (run === begun) tell(event);
    };
    ended = ended.then(async () => {
      if (run !== begun) return;
      try {
        const opened = await openBackend(settings.backend);
        using _ = opened.backend;
        await begun.start(settings, opened, images, say);
      } catch (error) {
        say({ type: "failed", message: error instanceof Error ? error.message : String(error) });
      }
    });
  },
  go: (images) => run?.go(images),
};

expose(worker);

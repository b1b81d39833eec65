// A run of backpropagation in its worker: the same images in batches of the same size, for the same number of passes.

import { Random, turnEventLoop } from "@forward-forward/core/tensor";
import type { CompareEvent } from "../shared/comparing.ts";
import { PIXELS, plainRecipe } from "../shared/recipe_of.ts";
import type { Settings } from "../shared/settings.ts";
import { BackpropNetwork, BATCH, type DeviceData, upload } from "./backprop.ts";
import { Clock } from "./clock.ts";
import { Gate } from "./gate.ts";
import type { Images } from "./images.ts";
import type { Opened } from "./open_backend.ts";

/** Milliseconds after which messages are let in. */
const TURN_EVERY = 30;

/** One run. */
export class BackpropRun {
  readonly #gate = new Gate();
  readonly #end = new AbortController();
  readonly #clock = new Clock();
  #images = 0;
  #turned = 0;

  /** Trains to the last pass; rejects where it cannot, and when it is ended. */
  async start(
    settings: Settings,
    { backend }: Opened,
    images: Images,
    tell: (event: CompareEvent) => void,
  ): Promise<void> {
    const { layers, seed, recipe } = settings;
    using network = new BackpropNetwork(backend, [PIXELS, ...layers], 10, seed);
    const held = await images.seen();
    const random = new Random(seed);
    const look = (of: DeviceData): Promise<void> =>
      this.#clock.look(async () => {
        const error = await network.error(of);
        const seconds = this.#clock.trained / 1000;
        tell({ type: "point", point: { images: this.#images, seconds, error } });
      });
    const { epochs } = plainRecipe(recipe, layers);
    for (let epoch = 0; epoch < epochs; epoch++) {
      const set = epoch === 0 ? await images.first() : await images.train(settings.images);
      const data = upload(backend, set);
      const heldOut = upload(backend, held);
      try {
        const order = random.fork(`order ${epoch}`).permutation(data.count);
        for (let start = 0; start < data.count; start += BATCH) {
          if (this.#clock.due) {
            await backend.read([network.layers[0]!.bias]); // What was recorded is training.
            await look(heldOut);
          }
          await this.#gate.pass(this.#end.signal, () => Promise.resolve(this.#clock.stop()));
          this.#clock.start();
          const batch = order.slice(start, start + BATCH);
          network.update(data, batch);
          this.#images += batch.length;
          await backend.flush();
          await this.#turn();
        }
        if (epoch === epochs - 1) await look(heldOut);
      } finally {
        for (const { images, labels } of [data, heldOut]) {
          images.dispose();
          labels.dispose();
        }
      }
    }
  }

  /** Goes on until it has seen so many images, without end with null. */
  go(images: number | null): void {
    const left = images === null ? Infinity : (images - this.#images) / BATCH;
    this.#gate.let(Math.max(0, Math.ceil(left)));
  }

  /** Ends it. */
  end(): void {
    this.#end.abort();
  }

  async #turn(): Promise<void> {
    if (performance.now() - this.#turned < TURN_EVERY) return;
    await turnEventLoop();
    this.#turned = performance.now();
  }
}

import {
  type Backend,
  type Dataset,
  DeviceLostError,
  Random,
  takeDataset,
} from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { LabEvent, Measured } from "../shared/events.ts";
import { DEFAULTS, type Settings } from "../shared/settings.ts";
import { ownImages } from "./own_images.ts";
import { Run, type RunContext } from "./trainer.ts";

const random = new Random(2);
const labels = Uint8Array.from({ length: 1200 }, () => random.below(10));
const data: Dataset = {
  // Each digit is bright in rows of its own, under some noise.
  images: Uint8Array.from({ length: 784 * 1200 }, (_, i) => {
    const row = Math.floor(i / 28) % 28;
    return Math.floor(row / 2.8) === labels[Math.floor(i / 784)] ? 200 : random.below(60);
  }),
  labels,
  count: 1200,
  rows: 28,
  columns: 28,
  classes: 10,
};
const images: RunContext["images"] = {
  seen: () => Promise.resolve(takeDataset(data, 0, 60)),
  first: () => Promise.resolve(takeDataset(data, 500, 800)),
  train: () => Promise.resolve(takeDataset(data, 500, 1200)),
};
const SETTINGS: Settings = { ...DEFAULTS, layers: [6, 5], until: 12 };

/** A run, and what it told. */
class Told {
  readonly events: LabEvent[] = [];
  readonly run: Run;
  readonly end: Promise<void>;
  #heard: () => void = () => {};

  constructor(open: () => Backend, settings: Settings = SETTINGS, own: Dataset | null = null) {
    this.run = new Run(settings, {
      open: () => {
        const backend = open();
        const { name, device } = backend;
        return Promise.resolve({
          backend,
          computer: { name, device, software: true, instead: null },
        });
      },
      images,
      own: () => own,
      tell: (event) => {
        this.events.push(event);
        this.#heard();
      },
    });
    this.run.gate.let();
    this.end = this.run.start();
  }

  /** Waits for a phase that something is said about. */
  async phase(wanted: string): Promise<string | null> {
    for (;;) {
      const found = this.events.findLast(({ type }) => type === "phase");
      if (found?.type === "phase" && found.phase === wanted) return found.message;
      await new Promise<void>((resolve) => this.#heard = resolve);
    }
  }

  get measured(): Measured[] {
    return this.events.flatMap((event) => event.type === "measured" ? [event.measured] : []);
  }
}

// Loses its device after so many flushes.
function mortal(backend: Backend, flushes: number): Backend {
  return new Proxy(backend, {
    get(target, name): unknown {
      const value = Reflect.get(target, name, target);
      if (name === "flush") {
        return () =>
          flushes-- > 0 ? target.flush() : Promise.reject(new DeviceLostError("it was lost"));
      }
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

Deno.test("Run trains to its last update, tells what it measures, and is the same to the bit again", async () => {
  const prints = [];
  for (let i = 0; i < 2; i++) {
    using backend = new ReferenceBackend();
    const told = new Told(() => backend);
    await told.phase("paused");
    const last = told.measured.at(-1)!;
    assertEquals([last.update, last.epoch, last.images], [12, 2, 300 + 700 + 200]);
    assertEquals(told.measured[0]!.update, 0);
    assert(last.error < 0.5 && last.error < told.measured[0]!.error, `${last.error}`);
    assertEquals(last.distributions.length, 2);
    prints.push(last.fingerprint);
    told.run.end();
    await told.end;
    assertEquals(backend.memory().tensors, 0);
  }
  assertMatch(prints[0]!, /^[0-9a-f]{16}$/);
  assertEquals(prints[1], prints[0]);
});

Deno.test("Run learns from the user's own images in every pass but the first", async () => {
  using backend = new ReferenceBackend();
  const own = ownImages([{ pixels: data.images.slice(0, 784), label: 3 }]);
  const told = new Told(() => backend, SETTINGS, own);
  await told.phase("paused");
  // The second pass has an update more, of 20 images.
  const { epoch, images } = told.measured.at(-1)!;
  assertEquals([epoch, images], [2, 300 + 720 + 100]);
  told.run.end();
  await told.end;
});

Deno.test("Run goes on from its last state where the device is lost, to the same bits", async () => {
  using whole = new ReferenceBackend();
  const undisturbed = new Told(() => whole);
  await undisturbed.phase("paused");
  undisturbed.run.end();
  let opened = 0;
  const told = new Told(() => mortal(new ReferenceBackend(), opened++ === 0 ? 9 : Infinity));
  assertMatch(
    (await told.phase("paused"))!,
    /^The device was lost after update \d+; the run goes on/,
  );
  assertEquals(opened, 2);
  assertEquals(told.measured.at(-1)!.fingerprint, undisturbed.measured.at(-1)!.fingerprint);
  told.run.end();
  await Promise.all([told.end, undisturbed.end]);
});

Deno.test("Run gives up a device that is lost again and again, and refuses who waits for its network", async () => {
  const told = new Told(() => mortal(new ReferenceBackend(), 1));
  await told.end;
  assertMatch((await told.phase("failed"))!, /it was lost/);
  assertEquals(await told.run.model().catch((error) => error.message), "it was lost");
});

Deno.test("Run tells a recipe that contradicts itself", async () => {
  using backend = new ReferenceBackend();
  const told = new Told(() => backend, { ...SETTINGS, recipe: "hinton", layers: [6] });
  await told.end;
  assertMatch((await told.phase("failed"))!, /needs more than 1 layers/);
});

Deno.test("Runs that are ended early, one after the other, leave no memory behind", async () => {
  using backend = new ReferenceBackend();
  for (let i = 0; i < 8; i++) {
    const told = new Told(() => backend, { ...SETTINGS, until: 1 + i % 4 });
    await told.phase(i % 2 === 0 ? "paused" : "running");
    told.run.end();
    await told.end;
    assertEquals(backend.memory(), { tensors: 0, bytes: 0 });
  }
});

import { assert, assertEquals } from "@std/assert";
import { Random } from "@forward-forward/core";
import { fastest } from "./_contest.ts";
import type { Dispatch, Recorder } from "./_recorder.ts";
import { Stopwatch } from "./_stopwatch.ts";
import { type Product, type Variant, variantsFor } from "./_variant.ts";

/** A GPU that does nothing but let its clock advance. */
class SimulatedGPU {
  /** Milliseconds gone by. */
  now = 0;
  readonly #costs: (label: string) => number;
  readonly #clock: (now: number) => number;
  #stamps = new BigUint64Array();

  /** Kernels take what `costs` says by their labels; `clock` makes nanoseconds of the time, as the device shows it. */
  constructor(costs: (label: string) => number, clock: (now: number) => number) {
    this.#costs = costs;
    this.#clock = clock;
  }

  /** As much of a recorder as measuring needs. */
  get recorder(): Recorder {
    const buffer = {
      destroy: (): void => {},
      mapAsync: (): Promise<void> => Promise.resolve(),
      getMappedRange: (): ArrayBuffer => this.#stamps.buffer,
    };
    const device = {
      features: new Set(["timestamp-query"]),
      limits: { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28 },
      createQuerySet: () => buffer,
      createBuffer: () => buffer,
      pushErrorScope: () => {},
      popErrorScope: () => Promise.resolve(null),
    };
    const health = { check: (): void => {}, guard: <T>(promise: Promise<T>) => promise };
    const recorder = { device, health, forget: () => {}, apart: this.#apart.bind(this) };
    return recorder as unknown as Recorder;
  }

  #apart<T>(
    work: (encoder: unknown, dispatch: (pass: unknown, one: Dispatch) => void) => T,
  ): { result: T; error: Promise<null> } {
    const stamps: bigint[] = [];
    const stamp = (): unknown => stamps.push(BigInt(Math.round(this.#clock(this.now))));
    const encoder = {
      beginComputePass: () => (stamp(), { end: stamp }),
      resolveQuerySet: () => {},
      copyBufferToBuffer: () => {},
    };
    this.now += 5;
    const result = work(encoder, (_, { kernel }) => {
      this.now += this.#costs(kernel.label);
    });
    this.now += 5;
    this.#stamps = new BigUint64Array(stamps);
    return { result, error: Promise.resolve(null) };
  }
}

const PRODUCT: Product = {
  m: 200,
  k: 500,
  n: 500,
  transposeA: false,
  transposeB: false,
  then: "store",
};
const VARIANTS: Variant[] = [
  ...variantsFor("tiles", PRODUCT),
  { family: "registers", rows: 8, quads: 1 },
];
const LABELS = [
  "store (tiles of 128)",
  "store (tiles of 64)",
  "store (tiles of 32)",
  "store (registers, 8 x 4)",
];

// A GPU on which the variants take 5 to 500 us, one up to three times as long as another, 2 % more or less each time.
function simulate(
  seed: number,
  clock: (now: number) => number,
): { gpu: SimulatedGPU; milliseconds: number[] } {
  const random = new Random(seed);
  const base = 0.005 * 100 ** random.uniform();
  const milliseconds = LABELS.map(() => base * 3 ** random.uniform());
  const costs = (label: string): number => {
    const noise = 1 + 0.04 * (random.uniform() - 0.5);
    return noise * (label === "fill" ? 0.004 : milliseconds[LABELS.indexOf(label)]!);
  };
  return { gpu: new SimulatedGPU(costs, clock), milliseconds };
}

async function contest(gpu: SimulatedGPU): Promise<Variant | null> {
  const { recorder } = gpu;
  const stopwatch = new Stopwatch(recorder, () => gpu.now);
  return await fastest(recorder, stopwatch, PRODUCT, VARIANTS, Infinity);
}

const ADAPTERS = 300;
const EXACT = (now: number): number => 1e6 * now;
const stepped = (step: number) => (now: number): number => step * Math.floor(1e6 * now / step);

for (
  const [what, clock] of [
    ["whole nanoseconds", EXACT],
    ["65.536 us", stepped(65_536)],
    ["100 us", stepped(100_000)],
    ["131.072 us", stepped(131_072)],
    ["250 us", stepped(250_000)],
  ] as const
) {
  Deno.test(`fastest() is within 10 % of the best, or the first, on ${ADAPTERS} adapters whose clocks have steps of ${what}`, async () => {
    let told = 0;
    let worst = 1;
    for (let seed = 0; seed < ADAPTERS; seed++) {
      const { gpu, milliseconds } = simulate(seed, clock);
      const choice = await contest(gpu);
      if (!choice) continue;
      told++;
      const at = VARIANTS.indexOf(choice);
      const loss = milliseconds[at]! / Math.min(...milliseconds);
      if (at > 0) worst = Math.max(worst, loss);
      else assert(loss < 1.15, `the first is chosen, and takes ${loss} times as long as the best`);
    }
    assert(worst < 1.1, `a choice takes ${worst} times as long as the best`);
    assert(told > 0.9 * ADAPTERS, `only ${told} of ${ADAPTERS} could be told`);
  });
}

for (
  const [what, clock] of [
    ["stands still", () => 0],
    ["runs backwards", (now: number) => 1e15 - 1e6 * now],
    ["has a step of a millisecond", stepped(1_000_000)],
    ["runs a thousand times too fast", (now: number) => 1e9 * now],
  ] as const
) {
  Deno.test(`fastest() tells nothing by a clock that ${what}`, async () => {
    for (let seed = 0; seed < 20; seed++) {
      assertEquals(await contest(simulate(seed, clock).gpu), null);
    }
  });
}

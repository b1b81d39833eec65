// What runs in a browser, by name: pages and workers run it, and Deno registers a test for each.

import { createBackend as createTfjs } from "@forward-forward/backend-tfjs";
import { createBackend, type CreateBackendOptions } from "@forward-forward/backend-webgpu";
import type { Backend } from "@forward-forward/core";
import { conformance } from "@forward-forward/core/conformance";
import type { TrainAndTest } from "@forward-forward/datasets";
import { agreementCases, type Amount, trainedError } from "../_agreement.ts";
import type { Case } from "../_case.ts";
import { goldenCases, type GoldenVectors } from "../_golden.ts";
import { parityCases } from "../_parity.ts";
import { endsReads, firstUpdate, goesOn, refuses, refusesTooMuch } from "./_scenarios.ts";

/** What a page or a worker does for its cases. */
export interface Host {
  /** Fetches MNIST, once. */
  mnist: () => Promise<TrainAndTest>;
  /** Fetches what PyTorch computed, once. */
  golden: () => Promise<GoldenVectors>;
  /** Ends the process that talks to the GPU, as a driver does that fails. */
  killGpuProcess: () => Promise<void>;
}

/** One test in a browser. */
export interface BrowserCase {
  /** What it holds the backend to; no other case has the same. */
  criterion: string;
  /** Rejects where the backend fails. What it resolves to is handed to Deno. */
  run: (host: Host) => Promise<unknown>;
  /** Seconds after which it has failed, {@linkcode LIMIT} where absent. */
  limit?: number;
}

/** Seconds that a case may take: one that waits for what never comes fails, and those after it run. */
export const LIMIT = 600;

function conforms(matmul: NonNullable<CreateBackendOptions["matmul"]>): BrowserCase[] {
  const cases: BrowserCase[] = [];
  conformance({
    name: `webgpu (${matmul})`,
    create: () => createBackend({ matmul }),
    test: (criterion, run) => cases.push({ criterion, run }),
  });
  return cases;
}

const webgpu = { name: "webgpu", create: (): Promise<Backend> => createBackend() };
// What pages are advised to take where the adapter is software.
const wasm = {
  name: "tfjs-wasm",
  create: (): Promise<Backend> => createTfjs({ device: "wasm", wasmPath: "/wasm/" }),
};

function shared<Data>(
  cases: Case<Data>[],
  load: (host: Host) => Promise<Data>,
  { name, create } = webgpu,
): BrowserCase[] {
  return cases.map(({ criterion, check }) => ({
    criterion: `${name}: ${criterion}`,
    run: async (host) => {
      using backend = await create();
      await check(backend, await load(host));
    },
  }));
}

/**
 * How much is trained: in the suite, where so few updates are made that rounding does not change what is learned, and in its long
 * form, where enough is learned for that.
 */
export const amounts = {
  training: { epochs: 3, images: 1000, tests: 1000 },
  "long training": { epochs: 5, images: 60_000, tests: 10_000 },
} as const satisfies Record<string, Amount>;

function trains(amount: Amount, limit: number): BrowserCase[] {
  const { epochs, images } = amount;
  const run = async ({ mnist }: Host): Promise<number> => {
    using backend = await createBackend();
    return await trainedError(backend, await mnist(), amount);
  };
  const criterion = `${epochs} epochs of ${images} images of MNIST end at the error of Deno`;
  return [{ criterion, run, limit }];
}

const destroy = (device: GPUDevice): Promise<void> => Promise.resolve(device.destroy());

/** The cases, in groups that run in one page or worker. */
export const groups = {
  "first update": [{
    criterion: "the first update after a backend is opened",
    run: async ({ mnist }) => await firstUpdate((await mnist()).train),
  }],
  registers: conforms("registers"),
  tiles: conforms("tiles"),
  golden: shared(goldenCases, ({ golden }) => golden()),
  agreement: shared(agreementCases, ({ mnist }) => mnist()),
  parity: shared(parityCases, ({ mnist }) => mnist()),
  wasm: shared(goldenCases, ({ golden }) => golden(), wasm),
  training: trains(amounts.training, LIMIT),
  "long training": trains(amounts["long training"], 3 * 3600),
  memory: [{ criterion: "a tensor of 1 GiB finds no memory, and is told so", run: refusesTooMuch }],
  // Nothing is under way then: Chromium 156 may leave everybody else waiting for good where a device is destroyed at work.
  destroyed: [{
    criterion: "training goes on from what was saved before the device was destroyed",
    run: async ({ mnist }) => await goesOn(await mnist(), destroy),
  }],
  killed: [
    {
      criterion: "a read under way ends when the GPU's process dies",
      run: ({ killGpuProcess }) => endsReads(killGpuProcess),
    },
    {
      criterion: "training goes on from what was saved before the GPU's process died",
      run: async ({ mnist, killGpuProcess }) => await goesOn(await mnist(), killGpuProcess),
    },
  ],
  "no adapter": [{
    criterion: "a browser without an adapter is told what to do",
    run: () => refuses("this browser has no WebGPU adapter", "backend-tfjs"),
  }],
  "plain http": [{
    criterion: "a page on plain http is told what to do",
    run: () => refuses("WebGPU needs a secure context", "open the page by https"),
  }],
} satisfies Record<string, BrowserCase[]>;

/** The name of a group. */
export type Group = keyof typeof groups;

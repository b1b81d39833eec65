// Rows `matmul/...`: products of the sizes that Forward-Forward spends its time in, and a cube.

import type { WebGPUBackend } from "@forward-forward/backend-webgpu";
import { type Bench, requireSameAdapter, seconds, type Sides } from "../_measure.ts";
import type { Tools } from "../_tools.ts";
import { openTfjs } from "../peers/ff_tfjs.ts";
import { openJax, productJax } from "../peers/matmul_jax.ts";
import { productTfjs } from "../peers/matmul_tfjs.ts";
import { besideTorch, TORCH_PEERS, TORCH_SUBJECTS, type TorchSubject } from "./_torch.ts";
import {
  edgesOf,
  operands,
  type Product,
  productOn,
  requireProducts,
  type Sizes,
} from "./_product.ts";

const SIZES: readonly Sizes[] = [[200, 1000, 1000], [1000, 200, 1000], [1024, 1024, 1024]];

// Long enough that the wait at the end, 11 ms or more on WebGPU, hardly counts.
const SAMPLE_SECONDS = 0.5;
const LEAST_TIMES = 3;
const MOST_TIMES = 50_000;

/** All of them. */
export function matmul(tools: Tools): Bench[] {
  return SIZES.flatMap((sizes) => {
    const bench = (subject: string, peer: string, open: () => Promise<Sides>): Bench => ({
      name: `matmul/${sizes.join("x")}`,
      subject,
      peer,
      unit: "ms per product",
      open,
    });
    return [
      bench("webgpu", "tfjs (webgpu)", () => againstTfjs(tools, sizes)),
      bench("webgpu", "jax-js (webgpu)", () => againstJax(tools, sizes)),
      ...TORCH_SUBJECTS.map((subject) =>
        bench(subject, TORCH_PEERS[subject], () => againstTorch(tools, subject, sizes))
      ),
    ];
  });
}

// With the kernel that products get which come often.
async function webgpu(tools: Tools, sizes: Sizes): Promise<WebGPUBackend> {
  const backend = await tools.webgpu();
  await backend.tune([sizes]);
  return backend;
}

async function againstTfjs(tools: Tools, sizes: Sizes): Promise<Sides> {
  const backend = await webgpu(tools, sizes);
  requireSameAdapter(backend.device, await openTfjs());
  const { a, b } = operands(sizes);
  return await sides(sizes, productOn(backend, sizes), productTfjs(sizes, a, b));
}

async function againstJax(tools: Tools, sizes: Sizes): Promise<Sides> {
  const backend = await webgpu(tools, sizes);
  requireSameAdapter(backend.device, await openJax());
  const { a, b } = operands(sizes);
  return await sides(sizes, productOn(backend, sizes), await productJax(sizes, a, b));
}

async function againstTorch(tools: Tools, name: TorchSubject, sizes: Sizes): Promise<Sides> {
  const { torch, backend } = await besideTorch(tools, name);
  if (name === "webgpu") await webgpu(tools, sizes);
  const subject = productOn(backend, sizes);
  const ask = (times: number): ReturnType<typeof torch.ask> =>
    torch.ask({ do: "matmul", shape: sizes, times });
  const { rows } = await ask(1);
  const ours = edgesOf(await subject.result(), sizes);
  const agreement = requireProducts(sizes, ours, rows!.map((row) => Float32Array.from(row)));
  const perProduct = async (times: number): Promise<number> => (await ask(times)).seconds / times;
  const times = await calibrate((times) => seconds(() => subject.run(times)));
  const peerTimes = await calibrate(async (times) => (await ask(times)).seconds);
  return {
    subject: async () => 1000 * await seconds(() => subject.run(times)) / times,
    peer: async () => 1000 * await perProduct(peerTimes),
    note: `${times} products a sample of ours, ${peerTimes} of the peer's; ${backend.device} ` +
      `beside ${torch.device}`,
    agreement,
    rate: (milliseconds) => gigaflops(sizes, milliseconds),
    [Symbol.asyncDispose]: () => Promise.resolve(subject.dispose()),
  };
}

async function sides(sizes: Sizes, subject: Product, peer: Product): Promise<Sides> {
  const agreement = requireProducts(
    sizes,
    edgesOf(await subject.result(), sizes),
    edgesOf(await peer.result(), sizes),
  );
  const measure = (product: Product) => (times: number): Promise<number> =>
    seconds(() => product.run(times));
  const times = await calibrate(measure(subject));
  const peerTimes = await calibrate(measure(peer));
  return {
    subject: async () => 1000 * await measure(subject)(times) / times,
    peer: async () => 1000 * await measure(peer)(peerTimes) / peerTimes,
    note:
      `${times} products a sample of ours, ${peerTimes} of the peer's; one wait at the end of ` +
      "each sample, included",
    agreement,
    rate: (milliseconds) => gigaflops(sizes, milliseconds),
    [Symbol.asyncDispose]: (): Promise<void> => {
      subject.dispose();
      peer.dispose();
      return Promise.resolve();
    },
  };
}

// How many fill a sample: from a measurement long enough that the wait at its end is not taken for work.
async function calibrate(measure: (times: number) => Promise<number>): Promise<number> {
  await measure(2);
  for (let times = 4;; times *= 4) {
    const took = await measure(times);
    if (took < SAMPLE_SECONDS / 4 && times < MOST_TIMES) continue;
    const fill = Math.ceil(times * SAMPLE_SECONDS / took);
    return Math.min(MOST_TIMES, Math.max(LEAST_TIMES, fill));
  }
}

function gigaflops([m, k, n]: Sizes, milliseconds: number): string {
  return `${(2 * m * k * n / milliseconds / 1e6).toPrecision(3)} GFLOP/s`;
}

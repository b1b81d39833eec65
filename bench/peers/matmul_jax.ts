// Matrix products by jax-js on its own WebGPU device.

import { blockUntilReady, defaultDevice, getWebGPUDevice, init, numpy as np } from "@jax-js/jax";
import type { Product } from "../cases/_product.ts";

/** Opens jax-js's WebGPU device. Returns its adapter's description. */
export async function openJax(): Promise<string> {
  const devices = await init("webgpu");
  if (!devices.includes("webgpu")) throw new Error("jax-js does not open its webgpu device");
  defaultDevice("webgpu");
  return (getWebGPUDevice() as { adapterInfo?: GPUAdapterInfo }).adapterInfo?.description ?? "";
}

/** Uploads `a` `[m, k]` and `b` `[k, n]`. */
export async function productJax(
  [m, k, n]: readonly [number, number, number],
  a: Float32Array<ArrayBuffer>,
  b: Float32Array<ArrayBuffer>,
): Promise<Product> {
  const left = np.array(a, { shape: [m, k] });
  const right = np.array(b, { shape: [k, n] });
  await blockUntilReady([left, right]);
  return {
    async run(times: number): Promise<void> {
      // Work is put off until somebody wants the result, and asking for its buffer submits it without a wait;
      // what is disposed of before is never computed.
      for (let i = 1; i < times; i++) np.matmul(left.ref, right.ref).gpuBufferSync();
      const last = np.matmul(left.ref, right.ref);
      await last.blockUntilReady();
      last.dispose();
    },
    async result(): Promise<Float32Array> {
      return await np.matmul(left.ref, right.ref).data() as Float32Array;
    },
    dispose(): void {
      left.dispose();
      right.dispose();
    },
  };
}

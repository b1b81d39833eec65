// The recurrent rule on every backend, against PyTorch.

import { decodeSafetensors } from "@forward-forward/core/model";
import { candidates, reference, testOn } from "./_backends.ts";
import type { Golden } from "./_close.ts";
import { checkRecurrent } from "./_recurrent.ts";

const read = async (name: string): Promise<Golden> =>
  decodeSafetensors(
    await Deno.readFile(new URL(`golden/${name}.safetensors`, import.meta.url)),
  ).tensors;
// Of still images, and of images in four frames.
const [still, frames] = await Promise.all(["recurrent", "frames"].map(read));

for (const candidate of [reference, ...candidates]) {
  for (const order of ["joint", "greedy"] as const) {
    testOn(
      candidate,
      `ten updates of the recurrent rule over ten steps equal PyTorch's, ${order}`,
      (backend) => checkRecurrent(backend, still!, order),
    );
    testOn(
      candidate,
      `ten updates of the recurrent rule on images in frames equal PyTorch's, ${order}`,
      (backend) => checkRecurrent(backend, frames!, order, 4),
    );
  }
}

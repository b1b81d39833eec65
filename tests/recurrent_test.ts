// The recurrent rule on every backend, against PyTorch.

import { decodeSafetensors } from "@forward-forward/core/model";
import { candidates, reference, testOn } from "./_backends.ts";
import { checkRecurrent } from "./_recurrent.ts";

const golden = decodeSafetensors(
  await Deno.readFile(new URL("golden/recurrent.safetensors", import.meta.url)),
).tensors;

for (const candidate of [reference, ...candidates]) {
  for (const order of ["joint", "greedy"] as const) {
    testOn(
      candidate,
      `ten updates of the recurrent rule over ten steps equal PyTorch's, ${order}`,
      (backend) => checkRecurrent(backend, golden, order),
    );
  }
}

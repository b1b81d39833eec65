// Ten updates of the rule for text on every backend, against PyTorch.

import { decodeSafetensors } from "@forward-forward/core/model";
import { candidates, reference, testOn } from "./_backends.ts";
import { checkSequences } from "./_sequences.ts";

const golden = decodeSafetensors(
  await Deno.readFile(new URL("golden/sequences.safetensors", import.meta.url)),
).tensors;

for (const candidate of [reference, ...candidates]) {
  for (const [written, negatives] of [[false, "teacher-forced"], [true, "written"]] as const) {
    testOn(
      candidate,
      `10 updates of the rule for text equal PyTorch's by ${negatives} negatives`,
      (backend) => checkSequences(backend, golden, written),
    );
  }
}

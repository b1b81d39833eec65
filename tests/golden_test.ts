// Twelve updates of each rule on every backend, against PyTorch.

import { candidates, reference, testOn } from "./_backends.ts";
import { goldenCases, loadGolden } from "./_golden.ts";

const vectors = await loadGolden((name) =>
  Deno.readFile(new URL(`golden/${name}`, import.meta.url))
);

for (const candidate of [reference, ...candidates]) {
  for (const { criterion, check } of goldenCases) {
    testOn(candidate, criterion, (backend) => check(backend, vectors));
  }
}

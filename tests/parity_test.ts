// A short run of each recipe on every backend, against the reference backend's.

import { loadMnist } from "@forward-forward/datasets";
import { candidates, testOn } from "./_backends.ts";
import { parityCases } from "./_parity.ts";

const mnist = await loadMnist();

for (const { criterion, check } of parityCases) {
  for (const candidate of candidates) {
    testOn(candidate, criterion, (backend) => check(backend, mnist));
  }
}

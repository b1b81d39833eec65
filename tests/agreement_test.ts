// Ten updates of `quick` on every backend, against the reference backend's.

import { loadMnist } from "@forward-forward/datasets";
import { agreementCases } from "./_agreement.ts";
import { candidates, testOn } from "./_backends.ts";

const mnist = await loadMnist();

for (const { criterion, check } of agreementCases) {
  for (const candidate of candidates) {
    testOn(candidate, criterion, (backend) => check(backend, mnist));
  }
}

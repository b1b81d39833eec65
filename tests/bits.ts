// `deno task bits`: what every recipe comes to on every backend here, to the bit, as JSON.

import { loadMnist } from "@forward-forward/datasets";
import { candidates, reference } from "./_backends.ts";
import { bitsOf, shortened } from "./_bits.ts";

const mnist = await loadMnist();
const found: Record<string, Record<string, string>> = {};
for (const { name, create, missing } of [reference, ...candidates]) {
  if (missing) continue;
  const backend = await create();
  found[name] = {};
  for (const [kind, recipe] of Object.entries(shortened)) {
    found[name][kind] = await bitsOf(backend, recipe, mnist);
  }
  backend.dispose();
}
console.log(JSON.stringify(found, null, 2));

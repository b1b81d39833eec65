// Training computes what it did, to the bit. On the backends whose arithmetic is JavaScript's own, so the same on every machine;
// `deno task bits` prints the others' too, to be compared before and after a change on one machine.

import { assertEquals } from "@std/assert";
import { loadMnist } from "@forward-forward/datasets";
import { candidates, reference, testOn } from "./_backends.ts";
import { bitsOf, shortened } from "./_bits.ts";
import bits from "./bits.json" with { type: "json" };

const mnist = await loadMnist();

for (const candidate of [reference, ...candidates]) {
  const expected = (bits as Record<string, Record<string, string>>)[candidate.name];
  for (const [kind, recipe] of Object.entries(expected ? shortened : {})) {
    testOn(candidate, `the same bits as ever: ${kind}`, async (backend) => {
      assertEquals(await bitsOf(backend, recipe, mnist), expected![kind]);
    });
  }
}

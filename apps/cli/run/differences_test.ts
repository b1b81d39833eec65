import { assertEquals } from "@std/assert";
import { differences } from "./differences.ts";

Deno.test("differences() does not mind the order of parts, in lists either", () => {
  const layer = { kind: "dense", units: 10, threshold: 12 };
  const other = { threshold: 12, kind: "dense", units: 10 };
  assertEquals(differences({ layers: [784, layer] }, { layers: [784, other] }), []);
  assertEquals(differences({ layers: [784, layer] }, { layers: [784, { ...other, units: 9 }] }), [
    "layers.1.units is 9 and was 10",
  ]);
  assertEquals(differences({ layers: [784, 5] }, { layers: [784] }), [
    "layers is [784] and was [784,5]",
  ]);
});

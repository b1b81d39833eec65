import { assertEquals } from "@std/assert";
import { layerTrouble } from "./trouble.ts";

Deno.test("layerTrouble() tells layers that have stopped learning from those that learn", () => {
  const of = (positive: number, negative: number, threshold = 500): string | null =>
    layerTrouble({ positive, negative }, threshold);
  assertEquals(of(569, 434), null);
  assertEquals(of(434, 569), null, "excited by negative data");
  assertEquals(of(1.3235, 1.3194, 1.5), null, "the first epoch of keras");
  assertEquals(of(1e-5, 2e-5), "silent");
  assertEquals(of(0, 0), "silent");
  assertEquals(of(400, 1e-5), null, "calm for the one as it should be");
  assertEquals(of(60_000, 70_000), "saturated");
  assertEquals(of(500, 500), "blind");
  assertEquals(of(469.2, 469.1), "blind");
  assertEquals(of(0, 0, 0), null, "a threshold that says nothing");
});

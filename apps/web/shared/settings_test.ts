import { assertEquals } from "@std/assert";
import { DEFAULTS, readAddress, type Settings, writeAddress } from "./settings.ts";

const OTHERS: Settings = {
  recipe: "hinton",
  layers: [300, 40, 7],
  rate: 0.005,
  threshold: 1.5,
  negatives: "random",
  backend: "wasm",
  seed: 2 ** 53 - 1,
  images: 4000,
  until: 120,
  run: false,
  hide: ["take", "controls"],
};

Deno.test("readAddress() reads what writeAddress() writes, and a usual run has no query", () => {
  assertEquals(writeAddress(DEFAULTS), "");
  for (
    const settings of [DEFAULTS, OTHERS, { ...DEFAULTS, seed: 0 }, { ...DEFAULTS, run: false }]
  ) {
    assertEquals(readAddress(writeAddress(settings)), { settings, faults: [] });
  }
  assertEquals(
    writeAddress({ ...DEFAULTS, layers: [300, 200], seed: 3 }),
    "?layers=300,200&seed=3",
  );
});

Deno.test("readAddress() takes the usual for what cannot be, and says so", () => {
  const wrong = [
    ...["layers=", "layers=0", "layers=2001", "layers=1.5", "layers=1,2,3,4,5,6,7", "layers=a"],
    ...["rate=0", "rate=-1", "rate=NaN", "rate=", "rate=11", "threshold=0", "negatives=none"],
    ...["recipe=constructor", "backend=cuda", "seed=-1", "seed=1.5", "seed=9007199254740992"],
    ...["images=5", "until=0", "run=yes", "nonsense=1", "toString=1", "__proto__=1"],
  ];
  for (const part of wrong) {
    const { settings, faults } = readAddress(`?${part}`);
    assertEquals([settings, faults.length], [DEFAULTS, 1], part);
  }
});

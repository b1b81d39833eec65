import { assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { FFNetwork, recipes } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { patterns } from "../../../packages/core/data/_testing.ts";
import { readPng } from "../images/_testing.ts";
import { goodnessMaps, type ImageMaps, mapsOf, mapsSection } from "./goodness_maps.ts";
import { shownOf } from "./shown.ts";

const classes = 5;
const sides = { rows: 7, columns: 11 };
const test = patterns({ count: 40, ...sides, classes });
const layer = { kind: "convolution", channels: 10, size: 3 };
const pool = { by: "max", size: 2 };
const small = { classes, epochs: 1, image: { channels: 1, ...sides } };

const nets = {
  "of activities": recipes.deeper({
    ...small,
    layers: [77, { ...layer, norm: "groups", pool }, { ...layer, norm: "groups", channels: 15 }],
  }),
  "of squares": recipes.competing({
    ...small,
    layers: [77, { ...layer, norm: "batch", pool }, { ...layer, norm: "batch" }],
    predict: { by: "goodness", from: 0 },
  }),
};
for (const [unit, recipe] of Object.entries(nets)) {
  Deno.test(`goodnessMaps() ${unit}: their means are the goodness by which labels are predicted`, async () => {
    using backend = new ReferenceBackend();
    using network = new FFNetwork(backend, recipe);
    for await (const _ of network.fit(test));
    const before = backend.memory();
    const images = (await goodnessMaps(network, test))!;
    assertEquals(backend.memory(), before, "nothing is left");
    assertEquals(new Set(images.map(({ truth }) => truth)).size, classes);
    const { goodness } = await network.score(test);
    for (const { index, truth, layers } of images) {
      assertEquals(truth, test.labels[index]);
      assertEquals(layers.length, 2);
      for (const { layer, groups, size } of layers) {
        assertEquals(groups.length, classes);
        groups.forEach((map, label) => {
          assertEquals(map.length, size.rows * size.columns);
          const mean = map.reduce((sum, value) => sum + value, 0) / map.length;
          assertAlmostEquals(mean, goodness[layer]![index * classes + label]!, 1e-4);
        });
      }
    }
    const { source } = mapsSection(images, shownOf(test, {}));
    assertStringIncludes(source, `Layer 2: mean ${unit}`);
    assertStringIncludes(source, "<strong>");
    // Five images, two layers, five labels; and the images themselves.
    assertEquals(source.match(/alt="image \d+ in layer/g)!.length, 50);
    const [{ layers: [{ size }] }] = images as [ImageMaps & { layers: [{ size: typeof sides }] }];
    const [, url] = /base64,([^"]+)" width="\d+" height="\d+" alt="image/.exec(source)!;
    const { width, height } = readPng(Uint8Array.fromBase64(url!));
    assertEquals({ rows: height, columns: width }, size);
  });
}

Deno.test("goodnessMaps() is of networks whose channels compete, and shows twelve labels at most", async () => {
  using backend = new ReferenceBackend();
  using dense = new FFNetwork(backend, recipes.quick({ classes, layers: [77, 10] }));
  assertEquals(await goodnessMaps(dense, test), null);
  using projected = new FFNetwork(
    backend,
    recipes.deeper({ ...small, layers: [77, layer], loss: { kind: "projected", patch: 2 } }),
  );
  assertEquals(await goodnessMaps(projected, test), null);
  const many = patterns({ count: 200, ...sides, classes: 30 });
  using network = new FFNetwork(
    backend,
    recipes.deeper({ ...small, classes: 30, layers: [77, { ...layer, channels: 30 }] }),
  );
  const images = (await goodnessMaps(network, many))!;
  const { source } = mapsSection(images.slice(0, 1), shownOf(many, {}));
  assertEquals(source.match(/alt="image \d+ in layer/g)!.length, 12);
  assertStringIncludes(source, `<strong>${images[0]!.truth}</strong>`);
});

Deno.test("mapsOf() is the mean over a label's channels, place by place", () => {
  // Two labels of two channels of three places.
  const activities = Float32Array.of(1, 2, 3, 5, 6, 7, 0, 0, 2, 4, 0, 0);
  const maps = (squares: boolean): number[][] =>
    mapsOf(activities, { classes: 2, places: 3, squares }).map((map) => [...map]);
  assertEquals(maps(false), [[3, 4, 5], [2, 0, 1]]);
  assertEquals(maps(true), [[13, 20, 29], [8, 0, 2]]);
});

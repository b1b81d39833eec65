import { assertEquals, assertRejects } from "@std/assert";
import { DataError, loadFashionMnist } from "./mod.ts";

const installed = await Deno.stat("/usr/share/datasets/fashion-mnist").then(
  () => true,
  () => false,
);

Deno.test({
  name: `loadFashionMnist() loads what was published${
    installed ? "" : " (Debian's dataset-fashion-mnist is not installed)"
  }`,
  // Where FF_REQUIRE names it, that it is missing is no excuse.
  ignore: !installed && !Deno.env.get("FF_REQUIRE")?.includes("fashion-mnist"),
  fn: async () => {
    const { train, test } = await loadFashionMnist();
    assertEquals([train.count, train.rows, train.columns, train.classes], [60_000, 28, 28, 10]);
    assertEquals([test.count, test.classes], [10_000, 10]);
    // Every class has as many images.
    assertEquals(test.labels.filter((label) => label === 9).length, 1000);
  },
});

Deno.test("loadFashionMnist() says how to install it where it is missing", async () => {
  await assertRejects(
    () => loadFashionMnist({ folder: "no-such-folder" }),
    DataError,
    "apt-get install dataset-fashion-mnist",
  );
});

Deno.test("loadFashionMnist() refuses other images of the same format", async () => {
  const folder = (await import("./load_mnist.ts"))._packagedFolder;
  await assertRejects(
    async () => loadFashionMnist({ folder: await folder() }),
    DataError,
    "are not Fashion-MNIST's",
  );
});

import { assertEquals } from "@std/assert";
import { describePictures, loadMnistPart, MNIST_STYLE } from "./mod.ts";
import type { Dataset } from "./mod.ts";

const mnist = await loadMnistPart("test");
const changed = (to: (grey: number) => number): Dataset => ({
  ...mnist,
  images: mnist.images.map(to),
});

Deno.test("describePictures() knows MNIST's make", () => {
  assertEquals(describePictures(mnist), MNIST_STYLE);
});

Deno.test("describePictures() knows it on any ground, in any ink and size", () => {
  const style = { ...MNIST_STYLE, polarity: "light" };
  assertEquals(describePictures(changed((grey) => 255 - grey)), { ...style, ground: 255, ink: 0 });
  assertEquals(describePictures(changed((grey) => 128 + grey / 2)), {
    ...MNIST_STYLE,
    ground: 128,
  });
  assertEquals(describePictures(changed((grey) => grey > 127 ? 1 : 0)), { ...MNIST_STYLE, ink: 1 });
  const images = new Uint8Array(300 * 56 * 56);
  for (let i = 0; i < images.length; i++) {
    const [n, y, x] = [Math.floor(i / 3136), Math.floor(i % 3136 / 112), i % 56 >> 1];
    images[i] = mnist.images[n * 784 + y * 28 + x]!;
  }
  const large = { ...mnist, images, count: 300, rows: 56, columns: 56 };
  assertEquals(describePictures(large), MNIST_STYLE);
});

Deno.test("describePictures() knows pictures of another make", () => {
  const moved = { ...mnist, images: mnist.images.map((_, i, all) => all[(i + 84) % all.length]!) };
  assertEquals(describePictures(moved).fit, "whole");
  const noise = changed((grey) => grey);
  noise.images.forEach((_, i) => noise.images[i] = Math.imul(i, 2654435761) >>> 24);
  assertEquals(describePictures(noise).fit, "whole");
  const mixed = {
    ...mnist,
    images: mnist.images.map((g, i) => Math.floor(i / 784) % 2 ? 255 - g : g),
  };
  assertEquals([describePictures(mixed).fit, describePictures(mixed).polarity], ["whole", "any"]);
  const blank = changed(() => 7);
  assertEquals(describePictures(blank).fit, "whole");
});

Deno.test("describePictures() takes somebody's word for it", () => {
  assertEquals(describePictures(mnist, "whole"), { ...MNIST_STYLE, fit: "whole" });
});

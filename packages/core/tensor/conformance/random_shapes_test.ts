// The long form must fail a backend that is wrong where only it looks.

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Axis, Backend, Shape, Tensor } from "../backend.ts";
import { Random } from "../random.ts";
import { ReferenceBackend } from "../reference/mod.ts";
import { Draw } from "./draw.ts";
import { VOLUME } from "./family.ts";
import { randomShapes, type RandomShapesOptions } from "./mod.ts";

type Registered = { name: string; body: () => Promise<void> };

function registered(backend: Backend, options: Partial<RandomShapesOptions> = {}): Registered[] {
  const tests: Registered[] = [];
  randomShapes({
    name: "x",
    create: () => Promise.resolve(backend),
    test: (name, body) => tests.push({ name, body }),
    shapes: 30,
    long: false,
    ...options,
  });
  return tests;
}

Deno.test("randomShapes() passes the reference, and names no two tests alike", async () => {
  const tests = registered(new ReferenceBackend(), { shapes: 2 });
  assert(tests.length > 25);
  assertEquals(new Set(tests.map(({ name }) => name)).size, tests.length);
  for (const { body } of tests) await body();
});

Deno.test("randomShapes() is products, all but products, or both", () => {
  const names = (products?: boolean): string[] =>
    registered(new ReferenceBackend(), products === undefined ? {} : { products })
      .map(({ name }) => name).slice(0, -1);
  assertEquals([...names(true), ...names(false)], names());
  assert(names(true).every((name) => /matmul|dense|product/.test(name)));
});

// A backend that is wrong for rows of a certain length.
class Cut extends ReferenceBackend {
  constructor(readonly wrong: (columns: number) => boolean) {
    super();
  }
  override sum(x: Tensor, axis: Axis): Tensor<"f32"> {
    if (axis === "rows" || !this.wrong(x.shape[1])) return super.sum(x, axis);
    return this.scope(() => this.affine(super.sum(x, axis), 1, 1));
  }
}

for (
  const { fault, wrong, options } of [
    {
      fault: "one column more than a multiple of 64",
      wrong: (columns: number) => columns % 64 === 1,
      options: { shapes: 100 },
    },
    {
      fault: "more columns than 65,535 turns of 64 lanes",
      wrong: (columns: number) => columns > 65_535 * 64,
      options: { shapes: 0, long: true },
    },
    {
      fault: "as many columns as a tensor can have",
      wrong: (columns: number) => columns === 2 ** 20,
      options: { shapes: 0, long: true, largest: 2 ** 22 },
    },
  ]
) {
  Deno.test(`randomShapes() fails a backend whose sum() is wrong for ${fault}`, async () => {
    const test = registered(new Cut(wrong), options)
      .find(({ name }) => name.startsWith("x: sum() along many columns"))!;
    await assertRejects(test.body, Error, "expected");
    await registered(new Cut(() => false), options).find(({ name }) => name === test.name)!.body();
  });
}

Deno.test("Draw draws tiny, ragged and aligned sizes, and more rows or columns than 65,535", () => {
  const draw = new Draw(new Random(1));
  const shapes = Array.from({ length: 1000 }, () => draw.shape(VOLUME));
  const share = (of: (shape: Shape) => boolean): number => shapes.filter(of).length / 1000;
  assert(shapes.every(([rows, columns]) => rows >= 1 && columns >= 1 && rows * columns <= VOLUME));
  assert(share(([rows]) => rows === 1) > 0.05);
  assert(share(([, columns]) => columns === 1) > 0.05);
  assert(share(([, columns]) => columns % 4 === 0) > 0.2);
  assert(share(([, columns]) => columns > 64 && columns % 64 === 1) > 0.01);
  assert(share(([rows]) => rows > 65_535) > 0.01);
  assert(share(([, columns]) => columns > 65_535) > 0.01);
});

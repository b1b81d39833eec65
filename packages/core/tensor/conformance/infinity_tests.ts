// Conformance of infinities: a number that has overflowed must show, or training that diverges goes unnoticed.

import type { Axis } from "../backend.ts";
import { composedOperations, fusedOperations } from "../fused.ts";
import { exact, type HostMatrix } from "./compare.ts";
import { type Check, f32 } from "./trial.ts";

const INFINITE = f32([Infinity, -Infinity, 1, -2.5, 0, Infinity]);

export function infinityTests(check: Check): void {
  check("relu(), sqrt(), sigmoid() and softplus() of infinities", async (t) => {
    await t.agree([INFINITE], (b, x) => b.relu(x), { tolerance: exact });
    await t.agree([f32([Infinity, 4, 0])], (b, x) => b.sqrt(x));
    await t.agree([INFINITE], (b, x) => b.sigmoid(x));
    await t.agree([INFINITE], (b, x) => b.softplus(x));
  });

  check("relu() of infinities, in rows of any length", async (t) => {
    for (const columns of [1, 2, 7, 8, 9, 61, 300]) {
      const { shape, data } = t.uniform([3, columns]);
      for (let i = 0; i < data.length; i += 3) data[i] = i % 2 === 0 ? Infinity : -Infinity;
      await t.agree([{ shape, data }], (b, x) => b.relu(x), { tolerance: exact });
    }
  });

  check("exp() of what overflows is infinite, or as good as", async (t) => {
    await t.agree([f32([-Infinity, -1000])], (b, x) => b.exp(x), { tolerance: exact });
    using x = t.upload(f32([88.8, 1000, Infinity]));
    const { data } = await t.take(t.backend.exp(x));
    // The largest finite f32 is 3.4e38.
    if (!data.every((v) => v > 3.3e38)) throw new Error(`got [${data}]`);
  });

  check("affine(), add(), sub(), mul() and div() of infinities by finite numbers", async (t) => {
    const by = f32([2, 3, -4, 0.5, 7, -1]);
    await t.agree([INFINITE], (b, x) => b.affine(x, -2, 1), { tolerance: exact });
    for (const operation of ["add", "sub", "mul", "div"] as const) {
      await t.agree([INFINITE, by], (b, x, y) => b[operation](x, y), { tolerance: exact });
      await t.agree([INFINITE, f32([-2])], (b, x, y) => b[operation](x, y), { tolerance: exact });
    }
    for (const operation of ["add", "sub"] as const) {
      await t.agree([by, INFINITE], (b, x, y) => b[operation](x, y), { tolerance: exact });
    }
  });

  check("affine(), add(), sub() and mul() that overflow give infinities", async (t) => {
    const large = f32([3e38, -3e38, 1]);
    await t.agree([large], (b, x) => b.affine(x, 2, 0), { tolerance: exact });
    await t.agree([large], (b, x) => b.add(x, x), { tolerance: exact });
    await t.agree([large, f32([-3e38, 3e38, 1])], (b, x, y) => b.sub(x, y), { tolerance: exact });
    await t.agree([large], (b, x) => b.mul(x, x), { tolerance: exact });
  });

  check("equal() of infinities", async (t) => {
    await t.agree(
      [INFINITE, f32([Infinity, Infinity, 1, -Infinity, Infinity, 3])],
      (b, x, y) => b.equal(x, y),
      { tolerance: exact },
    );
  });

  check("max() and argmax() of infinities, in rows of any length", async (t) => {
    for (const columns of [3, 10, 61, 300, 1025]) {
      const matrix = scattered(t.uniform([8, columns]));
      for (const axis of ["rows", "columns"] as const) {
        await t.agree([matrix], (b, x) => b.max(x, axis), { tolerance: exact });
      }
      await t.agree([matrix], (b, x) => b.argmax(x), { tolerance: exact });
    }
  });

  check("sum() of infinities of one sign, and of what overflows", async (t) => {
    for (const axis of ["rows", "columns"] as Axis[]) {
      for (const [rows, columns] of [[7, 10], [300, 10], [10, 300], [61, 61]] as const) {
        const { shape, data } = t.uniform([rows, columns]);
        data[5] = Infinity;
        data[data.length - 3] = Infinity;
        await t.agree([{ shape, data }], (b, x) => b.sum(x, axis));
        data.fill(3e38);
        await t.agree([{ shape, data }], (b, x) => b.sum(x, axis), { tolerance: exact });
      }
    }
  });

  check("upload(), fill(), gather(), slice() and concat() move infinities and NaN", async (t) => {
    const numbers = Float32Array.of(Infinity, -Infinity, NaN, 1);
    using x = t.upload({ shape: [2, 2], data: numbers });
    using rows = t.upload({ shape: [2, 1], data: Int32Array.of(1, 0) });
    const { backend: b } = t;
    const moved = [
      b.gather(x, rows),
      b.slice(x, 0, 2),
      b.concat(x, x),
      b.fill([1, 1], Infinity),
      b.fill([1, 1], -Infinity),
      b.fill([1, 1], NaN),
    ];
    const expected = [
      [NaN, 1, Infinity, -Infinity],
      [...numbers],
      [...numbers, ...numbers],
      [Infinity],
      [-Infinity],
      [NaN],
    ];
    const read = await b.read([x, ...moved]);
    [[...numbers], ...expected].forEach((values, i) => {
      if (values.every((v, k) => Object.is(v, read[i]![k]))) return;
      throw new Error(`result ${i}: expected [${values}], got [${read[i]}]`);
    });
    for (const tensor of moved) tensor.dispose();
  });

  for (
    const [body, on] of [["composed", composedOperations], ["fused", fusedOperations]] as const
  ) {
    check(`dense() of what is infinite before the ReLU: ${body}`, async (t) => {
      await t.agree(
        [t.uniform([4, 5]), t.uniform([5, 3]), f32([Infinity, -Infinity, 0.5])],
        (b, x, weights, bias) => {
          const { s, squares } = on(b).dense(x, weights, bias);
          return [s, squares];
        },
      );
    });

    check(`localDelta() shows a goodness that has overflowed: ${body}`, async (t) => {
      const s = f32([1, 0], [1e25, 0], [2, 1], [0, 1e25]);
      const squares: HostMatrix = {
        shape: [4, 1],
        data: Float32Array.of(1, Infinity, 5, Infinity),
      };
      const rule = { goodnessScale: 1, threshold: 2, weight: 0.5 };
      await t.agree(
        [s, squares, { shape: [4, 1], data: new Float32Array(4) }],
        (b, s, squares, figures) => on(b).localDelta({ s, squares }, rule, figures),
        { inPlace: true },
      );
    });
  }
}

// With infinities here and there: one, none, both, equal ones, and rows of nothing else.
function scattered({ shape, data }: HostMatrix): HostMatrix {
  const [, columns] = shape;
  const set = (row: number, column: number, value: number): void => {
    data[row * columns + column] = value;
  };
  set(0, columns - 1, Infinity);
  set(1, 0, -Infinity);
  set(3, 1, Infinity);
  set(3, 2, -Infinity);
  set(4, 1, Infinity);
  set(4, columns - 1, Infinity);
  data.fill(-Infinity, 5 * columns, 6 * columns);
  data.fill(Infinity, 6 * columns, 7 * columns);
  data.fill(-Infinity, 7 * columns, 8 * columns);
  set(7, columns - 1, -1);
  return { shape, data };
}

// Conformance of order: recorded work sees what it saw when it was recorded, whatever is freed,
// uploaded or read meanwhile. These are the mistakes a queue and a pool of buffers make possible.

import type { Tensor } from "../backend.ts";
import { compare, exact } from "./compare.ts";
import { type Check, f32, i32, same } from "./trial.ts";

export function orderTests(check: Check): void {
  check("upload() into memory just freed does not reach work recorded before", async (t) => {
    const results: Tensor[] = [];
    for (let i = 0; i < 10; i++) {
      const x = t.upload({ shape: [37, 61], data: new Float32Array(37 * 61).fill(i) });
      results.push(t.backend.affine(x, 10, 1));
      x.dispose();
    }
    const data = await t.backend.read(results);
    for (const [i, values] of data.entries()) {
      same(values[0]!, 10 * i + 1, `first element of result ${i}`);
      same(values.at(-1)!, 10 * i + 1, `last element of result ${i}`);
      results[i]!.dispose();
    }
  });

  check("batches of bytes, picked by freshly uploaded indices, do not mix", async (t) => {
    const b = t.backend;
    using table = b.upload(new Uint8Array(210).map((_, i) => Math.floor(i / 7)), [30, 7]);
    const total = b.fill([3, 7], 0);
    for (let i = 0; i < 10; i++) {
      b.scope(() => {
        const batch = b.gather(table, t.upload(i32(3 * i, 3 * i + 1, 3 * i + 2)));
        b.assign(total, b.add(total, batch));
      });
    }
    // The sum over i of 3 i, 3 i + 1 and 3 i + 2.
    compare(await t.take(total), f32(Array(7).fill(135), Array(7).fill(145), Array(7).fill(155)), {
      tolerance: exact,
    });
  });

  check("memory that is used again starts clean", async (t) => {
    const b = t.backend;
    const dirty = (): void => {
      for (let i = 0; i < 4; i++) b.fill([37, 61], 9).dispose();
    };
    for (
      const [what, make] of Object.entries<() => Tensor>({
        fill: () => b.fill([37, 61], 0),
        oneHot: () => b.scope(() => b.oneHot(b.argmax(b.fill([37, 5], 0)), 61)),
        matmul: () => b.scope(() => b.matmul(b.fill([37, 2], 0), b.fill([2, 61], 1))),
        sum: () => b.scope(() => b.concat(b.sum(b.fill([9, 61], 0), "rows"), b.fill([36, 61], 0))),
      })
    ) {
      dirty();
      const { data } = await t.take(make());
      const expected = what === "oneHot" ? 37 : 0;
      let sum = 0;
      for (const value of data) sum += value;
      same(sum, expected, `${what}: sum`);
    }
  });

  check("2000 small operations, then one read, without a flush", async (t) => {
    let x = t.backend.fill([1, 3], 0);
    for (let i = 0; i < 2000; i++) {
      const next = t.backend.affine(x, 1, 1);
      x.dispose();
      x = next;
    }
    same((await t.take(x)).data[2]!, 2000, "element");
  });

  check("2000 small operations in one scope, all live at once", async (t) => {
    const last = t.backend.scope(() => {
      let x = t.backend.fill([1, 3], 0);
      for (let i = 0; i < 2000; i++) x = t.backend.affine(x, 1, 1);
      return x;
    });
    same((await t.take(last)).data[2]!, 2000, "element");
  });

  check("flush() changes no result, wherever it comes", async (t) => {
    const x = t.uniform([37, 61]);
    const w = t.uniform([61, 61]);
    const results: (Tensor | undefined)[] = [];
    for (const every of [Infinity, 1, 3]) {
      let h = t.upload(x);
      using weights = t.upload(w);
      await t.backend.flush();
      await t.backend.flush(); // With nothing recorded.
      for (let i = 0; i < 10; i++) {
        const next = t.backend.scope(() =>
          t.backend.affine(t.backend.relu(t.backend.matmul(h, weights)), 0.3, 0.1)
        );
        h.dispose();
        h = next;
        if (i % every === 0) await t.backend.flush();
      }
      results.push(h);
    }
    const [never, ...others] = await Promise.all(results.map((h) => t.take(h!)));
    for (const other of others) compare(other, never!, { tolerance: exact });
  });

  check("flush() lets timers run, so that a loop can be aborted", async (t) => {
    let fired = false;
    const timer = setTimeout(() => fired = true, 0);
    const deadline = performance.now() + 5000;
    while (!fired && performance.now() < deadline) {
      t.backend.fill([37, 61], 1).dispose();
      await t.backend.flush();
    }
    clearTimeout(timer);
    if (!fired) throw new Error("no timer ran in 5 s of flushes");
  });

  check("reads that overlap, and that are awaited out of order", async (t) => {
    let x = t.backend.fill([37, 61], 0);
    const reads: ReturnType<typeof t.backend.read>[] = [];
    for (let i = 0; i < 8; i++) {
      const read = t.backend.read([x]);
      read.catch(() => {}); // Reported where it is awaited, which comes too late for a runner.
      reads.push(read);
      const next = t.backend.affine(x, 1, 1);
      x.dispose();
      x = next;
    }
    for (const i of [7, 0, 3, 1, 6, 2, 5, 4]) {
      const [data] = await reads[i]!;
      same(data![0]!, i, `first element of read ${i}`);
      same(data!.at(-1)!, i, `last element of read ${i}`);
    }
    same((await t.take(x)).data[0]!, 8, "element");
  });

  check("reads between operations see each its own moment", async (t) => {
    using counter = t.backend.fill([3, 5], 0);
    for (let i = 1; i <= 5; i++) {
      t.backend.assign(counter, t.backend.affine(counter, 1, 1));
      const [data] = await t.backend.read([counter]);
      same(data![14]!, i, `after ${i} steps`);
    }
  });
}

// Conformance of scopes: what they free, and what survives.

import type { Tensor } from "../backend.ts";
import { type Check, same } from "./trial.ts";

export function scopeTests(check: Check): void {
  check("scope() frees what was made in it, and gives the result of its function", (t) => {
    using x = t.backend.fill([3, 5], 1);
    const kept: Tensor[] = [];
    const result = t.backend.scope(() => {
      kept.push(t.backend.relu(x), t.backend.fill([3, 5], 2), t.upload(t.bytes([3, 5])));
      return 42;
    });
    same(result, 42, "result");
    same(t.live(), 1, "handles");
    for (const tensor of kept.slice(0, 2)) {
      t.refuses(TypeError, "relu", () => t.backend.relu(tensor));
    }
  });

  check("scope() lets a tensor survive, and tensors in arrays and plain objects", async (t) => {
    const b = t.backend;
    const { one, list } = b.scope(() => {
      const temporary = b.fill([1, 1], 1);
      const one = b.affine(temporary, 2, 1);
      return {
        one,
        list: [b.affine(one, 1, 1), { deep: [b.affine(one, 1, 2)] }] as const,
        n: null,
      };
    });
    same(t.live(), 3, "handles");
    const [three, four, five] = await b.read([one, list[0], list[1].deep[0]!]);
    same(three![0]!, 3, "tensor");
    same(four![0]!, 4, "tensor in an array");
    same(five![0]!, 5, "tensor in an object");
    const alone = b.scope(() => b.relu(one));
    same(t.live(), 4, "handles");
    for (const tensor of [one, list[0], list[1].deep[0]!, alone]) tensor.dispose();
  });

  check("scope() in a scope: a survivor belongs to the enclosing one", async (t) => {
    const b = t.backend;
    const outer = b.scope(() => {
      const inner = b.scope(() => {
        b.fill([3, 5], 1);
        return b.fill([3, 5], 2);
      });
      same(t.live(), 1, "handles after the inner scope");
      b.scope(() => b.fill([3, 5], 3)); // Survives its own scope, not this one.
      same(t.live(), 2, "handles before the end of the outer scope");
      return b.affine(inner, 2, 0);
    });
    same(t.live(), 1, "handles after the outer scope");
    same((await t.take(outer)).data[14]!, 4, "element");
  });

  check("scope() leaves alone what was made outside, returned or not", async (t) => {
    const b = t.backend;
    const x = b.fill([1, 1], 1);
    const y = b.fill([1, 1], 2);
    const returned = b.scope(() => b.scope(() => x));
    if (returned !== x) throw new Error("scope() gave another handle");
    const [one, two] = await b.read([x, y]);
    same(one![0]! + two![0]!, 3, "sum");
    x.dispose();
    y.dispose();
  });

  check("scope() with tensors disposed by hand inside", (t) => {
    t.backend.scope(() => {
      using x = t.backend.fill([3, 5], 1);
      t.backend.relu(x).dispose();
      same(t.live(), 1, "handles");
    });
    same(t.live(), 0, "handles");
  });

  check("scope() that throws frees everything made in it, survivors of inner scopes too", (t) => {
    const b = t.backend;
    const reason = new Error("reason");
    try {
      b.scope(() => {
        b.fill([3, 5], 1);
        b.scope(() => b.fill([3, 5], 2));
        b.scope(() => {
          b.fill([3, 5], 3);
          throw reason;
        });
      });
      throw new Error("scope() did not throw");
    } catch (error) {
      if (error !== reason) throw error;
    }
    same(t.live(), 0, "handles");
    // The scope was closed: this is not freed by anyone.
    const x = b.fill([1, 1], 1);
    same(t.live(), 1, "handles");
    x.dispose();
  });

  check("scope() refuses an asynchronous function, and frees what it made", (t) => {
    // deno-lint-ignore require-await -- the point is the promise
    t.refuses(TypeError, "scope", () => t.backend.scope(async () => t.backend.fill([3, 5], 1)));
  });

  check("assign() from inside a scope to a target outside of it", async (t) => {
    const b = t.backend;
    const target = b.fill([3, 5], 1);
    b.scope(() => {
      b.assign(target, b.affine(target, 2, 1));
      b.scope(() => b.assign(target, b.affine(target, 2, 1)));
    });
    same(t.live(), 1, "handles");
    same((await t.take(target)).data[14]!, 7, "element");
  });

  check("assign() to a target inside a scope, from a source outside of it", async (t) => {
    const b = t.backend;
    const source = b.fill([3, 5], 5);
    const target = b.scope(() => {
      const target = b.fill([3, 5], 1);
      b.assign(target, source);
      return target;
    });
    same(t.live(), 1, "handles");
    same((await t.take(target)).data[14]!, 5, "element");
    const other = b.fill([3, 5], 6);
    b.scope(() => b.assign(b.fill([3, 5], 1), other));
    same(t.live(), 0, "handles");
  });

  check("memory() comes back to where it was after a training-like loop", async (t) => {
    const b = t.backend;
    const w = t.upload(t.uniform([61, 37]));
    const total = b.fill([1, 1], 0);
    const start = b.memory();
    for (let step = 0; step < 20; step++) {
      b.scope(() => {
        const x = t.upload(t.uniform([13, 61]));
        const h = b.relu(b.matmul(x, w));
        b.assign(w, b.add(w, b.affine(b.matmul(x, h, { transposeA: true }), -0.001, 0)));
        b.assign(total, b.add(total, b.sum(b.sum(h, "rows"), "columns")));
      });
      same(b.memory().tensors, start.tensors, "handles");
      same(b.memory().bytes, start.bytes, "bytes");
      await b.flush();
    }
    const [sum] = await b.read([total]);
    if (!(sum![0]! > 0)) throw new Error(`a sum of activities of ${sum![0]}`);
    w.dispose();
    total.dispose();
  });
}

// The suite must fail for a backend that is wrong: each of these has one fault of a kind that
// backends really have.

import { assert, assertEquals, assertRejects } from "@std/assert";
import type {
  Backend,
  DType,
  DTypeOf,
  MatmulOptions,
  Shape,
  Tensor,
  TensorData,
} from "../backend.ts";
import type { Activity } from "../fused_operations.ts";
import { ReferenceBackend } from "../reference/mod.ts";
import { conformance } from "./mod.ts";

type Registered = { name: string; body: () => Promise<void> };

// The tests that the suite registers for a backend.
function registered(create: () => Promise<Backend>): Registered[] {
  const tests: Registered[] = [];
  conformance({ name: "x", create, test: (name, body) => tests.push({ name, body }) });
  return tests;
}

function broken(fault: string, create: () => Backend, caughtBy: string): void {
  Deno.test(`conformance() fails a backend whose ${fault}`, async () => {
    const test = registered(() => Promise.resolve(create()))
      .find(({ name }) => name.startsWith(`x: ${caughtBy}`));
    assert(test, `no test is named "${caughtBy}"`);
    await assertRejects(test.body, Error);
  });
}

Deno.test("conformance() names no two tests alike", () => {
  const names = registered(() => Promise.resolve(new ReferenceBackend())).map(({ name }) => name);
  assert(names.length > 100);
  assertEquals(new Set(names).size, names.length);
});

Deno.test("conformance() fails every test, with the reason, where create() rejects", async () => {
  const reasons = new Set<string>();
  for (const { body } of registered(() => Promise.reject(new Error("no device")))) {
    await body().catch((error: Error) => reasons.add(error.message));
  }
  assertEquals([...reasons], ["no device"]);
});

broken(
  "matmul() ignores transposeB where that goes unnoticed by shapes",
  () =>
    new class extends ReferenceBackend {
      override matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor<"f32"> {
        const square = b.shape[0] === b.shape[1];
        return super.matmul(a, b, square ? { ...options, transposeB: false } : options);
      }
    }(),
  "matmul() of a transposed right operand",
);

broken(
  "matmul() is right for square matrices only",
  () =>
    new class extends ReferenceBackend {
      override matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor<"f32"> {
        return this.scope(() => {
          const product = super.matmul(a, b, options);
          const [m, n] = product.shape;
          return m === n ? product : this.affine(product, 1.01, 0);
        });
      }
    }(),
  "matmul() of two plain operands, ragged",
);

broken(
  "relu() leaks a tensor",
  () =>
    new class extends ReferenceBackend {
      override relu(x: Tensor): Tensor<"f32"> {
        super.relu(x);
        return super.relu(x);
      }
    }(),
  "relu() of ordinary numbers",
);

broken(
  "softplus() overflows",
  () =>
    new class extends ReferenceBackend {
      override softplus(x: Tensor): Tensor<"f32"> {
        return this.scope(() => {
          const total = this.affine(this.exp(x), 1, 1);
          // log(total) by way of what there is: infinity minus infinity once exp(x) overflows.
          return this.add(super.softplus(x), this.sub(total, total));
        });
      }
    }(),
  "softplus() is finite",
);

broken(
  "argmax() gives the last of equals",
  () =>
    new class extends ReferenceBackend {
      override argmax(x: Tensor): Tensor<"i32"> {
        const noise = new Float32Array(x.shape[1]).map((_, j) => j * 1e-6);
        return this.scope(() => super.argmax(this.add(x, this.upload(noise, [1, x.shape[1]]))));
      }
    }(),
  "argmax() gives the first of equals",
);

broken(
  "upload() keeps the caller's array",
  () =>
    new class extends ReferenceBackend {
      readonly #kept = new Map<Tensor, TensorData>();
      override upload<T extends TensorData>(data: T, shape: Shape): Tensor<DTypeOf<T>> {
        const tensor = super.upload(data, shape);
        this.#kept.set(tensor, data);
        return tensor;
      }
      override async read<D extends DType>(
        tensors: readonly Tensor<D>[],
      ): Promise<TensorData<D>[]> {
        const data = await super.read(tensors);
        return data.map((values, i) => this.#kept.get(tensors[i]!) as TensorData<D> ?? values);
      }
    }(),
  "upload() copies",
);

broken(
  "read() looks when it is awaited",
  () =>
    new class extends ReferenceBackend {
      override async read<D extends DType>(
        tensors: readonly Tensor<D>[],
      ): Promise<TensorData<D>[]> {
        await Promise.resolve();
        return await super.read(tensors);
      }
    }(),
  "read() takes what tensors hold",
);

broken(
  "add() writes into its left operand",
  () =>
    new class extends ReferenceBackend {
      override add(a: Tensor, b: Tensor): Tensor<"f32"> {
        const total = super.add(a, b);
        this.assign(a, super.affine(total, 1, 0));
        return total;
      }
    }(),
  "add() of operands of one shape",
);

broken(
  "scope() does not free",
  () =>
    new class extends ReferenceBackend {
      override scope<T>(fn: () => T): T {
        return fn();
      }
    }(),
  "scope() frees what was made in it",
);

broken(
  "fused dense() forgets the bias",
  () =>
    new class extends ReferenceBackend {
      readonly fused = {
        dense: (x: Tensor, weights: Tensor): Activity =>
          this.scope(() => {
            const s = this.relu(this.matmul(x, weights));
            return { s, squares: this.sum(this.mul(s, s), "columns") };
          }),
      };
    }(),
  "dense() ragged: fused",
);

broken(
  "fused momentum() is not in place",
  () =>
    new class extends ReferenceBackend {
      readonly fused = { momentum: (): void => {} };
    }(),
  "momentum() of three steps, without decay: fused",
);

broken(
  "relu() is half of x + |x|",
  () =>
    new class extends ReferenceBackend {
      override relu(x: Tensor): Tensor<"f32"> {
        return this.scope(() => {
          const size = this.sqrt(this.mul(x, x));
          return this.affine(this.add(x, size), 0.5, 0);
        });
      }
    }(),
  "relu(), sqrt(), sigmoid() and softplus() of infinities",
);

broken(
  "upload() knows nothing of indices",
  () =>
    new class extends ReferenceBackend {
      override upload<T extends TensorData>(data: T, shape: Shape): Tensor<DTypeOf<T>> {
        return Object.assign(super.upload(data, shape), { extent: null });
      }
    }(),
  "gather() refuses uploaded indices",
);

broken(
  "assign() keeps what it knew of the target",
  () =>
    new class extends ReferenceBackend {
      override assign(target: Tensor, source: Tensor): void {
        const { extent } = target;
        super.assign(target, source);
        Object.assign(target, { extent });
      }
    }(),
  "assign() moves what is known",
);

broken(
  "oneHot() gives the last class for a label beyond it",
  () =>
    new class extends ReferenceBackend {
      override oneHot(labels: Tensor, classes: number): Tensor<"f32"> {
        return this.scope(() => {
          const right = super.oneHot(labels, classes);
          const missing = this.affine(this.sum(right, "columns"), -1, 1);
          const last = super.oneHot(this.upload(Int32Array.of(classes - 1), [1, 1]), classes);
          return this.add(right, this.matmul(missing, last));
        });
      }
    }(),
  "oneHot() of computed labels",
);

// The operations on maps against PyTorch in 64-bit floats, both of their bodies.

import type { Backend, Tensor } from "@forward-forward/core";
import {
  composedOperations,
  type Convolution,
  type FusedOperations,
  fusedOperations,
  type Pooling,
  type ReceptiveFields,
} from "@forward-forward/core/tensor";
import { type Case, ensure } from "./_case.ts";
import { assertClose, type Golden } from "./_close.ts";

// The rows of a matrix of settings.
function* rowsOf(golden: Golden, name: string): Generator<number[]> {
  const { shape: [rows, columns], data } = golden[name]!;
  for (let i = 0; i < rows!; i++) yield Array.from(data).slice(i * columns!, (i + 1) * columns!);
}

// What `run` makes of some of the file's tensors is another of them.
async function holds(
  backend: Backend,
  golden: Golden,
  [expected, ...given]: string[],
  run: (...operands: Tensor[]) => Tensor,
): Promise<void> {
  const { tensors } = backend.memory();
  const found = backend.scope(() =>
    run(...given.map((name) => {
      const { shape, data } = golden[name]!;
      return backend.upload(data as Float32Array, shape as [number, number]);
    }))
  );
  const [data] = await backend.read([found]);
  found.dispose();
  assertClose(expected!, data!, golden[expected!]!.data);
  ensure(backend.memory().tensors === tensors, `${expected}: tensors are left`);
}

const bodies: Record<string, (backend: Backend) => FusedOperations> = {
  composed: composedOperations,
  fused: fusedOperations,
};

function cases(body: string): Case<Golden>[] {
  const on = bodies[body]!;
  const operations: Record<string, (backend: Backend, golden: Golden) => Promise<void>> = {
    "convolution and its gradient": async (b, golden) => {
      let i = 0;
      for (
        const [_, channels, rows, columns, out, size, stride, padding, groups] of rowsOf(
          golden,
          "convolutions",
        )
      ) {
        const c: Convolution = {
          input: { channels: channels!, rows: rows!, columns: columns! },
          channels: out!,
          size: size!,
          stride: stride!,
          padding: padding!,
          groups: groups!,
        };
        const [x, weights, y, delta, gradient] = ["x", "weights", "y", "delta", "gradient"]
          .map((name) => `convolve.${i}.${name}`) as [string, string, string, string, string];
        await holds(b, golden, [y, x, weights], (x, w) => on(b).convolve(x!, w!, c));
        await holds(
          b,
          golden,
          [gradient, x, delta],
          (x, delta) => on(b).convolveGradient(x!, delta!, c),
        );
        i++;
      }
      ensure(i === 7, `${i} convolutions`);
    },
    "local fields and their gradient": async (b, golden) => {
      let i = 0;
      for (
        const [_, channels, rows, columns, units, size, stride, padding] of rowsOf(golden, "fields")
      ) {
        const f: ReceptiveFields = {
          input: { channels: channels!, rows: rows!, columns: columns! },
          channels: units!,
          size: size!,
          stride: stride!,
          padding: padding!,
        };
        const [x, weights, y, delta, gradient] = ["x", "weights", "y", "delta", "gradient"]
          .map((name) => `fields.${i}.${name}`) as [string, string, string, string, string];
        await holds(b, golden, [y, x, weights], (x, w) => on(b).fields(x!, w!, f));
        await holds(b, golden, [gradient, x, delta], (x, d) => on(b).fieldsGradient(x!, d!, f));
        i++;
      }
      ensure(i === 6, `${i} layers of fields`);
    },
    "pooling and its gradient": async (b, golden) => {
      let i = 0;
      for (const [_, channels, rows, columns, size, stride] of rowsOf(golden, "poolings")) {
        for (const by of ["average", "max"] as const) {
          const p: Pooling = {
            by,
            input: { channels: channels!, rows: rows!, columns: columns! },
            size: size!,
            stride: stride!,
            padding: 0,
          };
          const [x, y, delta, gradient] = ["x", "y", "delta", "gradient"]
            .map((name) => `pool.${by}.${i}.${name}`) as [string, string, string, string];
          await holds(b, golden, [y, x], (x) => on(b).pool(x!, p));
          await holds(b, golden, [gradient, x, delta], (x, d) => on(b).unpool(x!, d!, p));
        }
        i++;
      }
      ensure(i === 4, `${i} poolings`);
    },
    "layer norm and group norm": async (b, golden) => {
      await holds(b, golden, ["norm.layer", "norm.x"], (x) => on(b).standardiseRows(x!, 1e-5));
      const [rows, columns] = golden["norm.x"]!.shape as [number, number];
      await holds(b, golden, ["norm.groups", "norm.x"], (x) =>
        b.reshape(
          on(b).standardiseRows(b.reshape(x!, [4 * rows, columns / 4]), 1e-5),
          [rows, columns],
        ));
    },
    "cross-entropy and its gradient": async (b, golden) => {
      const figures = b.fill([4, 1], 0);
      const labels = golden["compete.labels"]!.data as Int32Array;
      await holds(b, golden, ["compete.gradient", "compete.goodness"], (g) => {
        const column = b.upload(labels, [labels.length, 1]);
        return on(b).compete(g!, b.oneHot(column, g!.shape[1]), 1, figures);
      });
      const [sums] = await b.read([figures]);
      figures.dispose();
      assertClose("loss", [sums![0]!], golden["compete.loss"]!.data);
    },
  };
  return Object.entries(operations).map(([name, check]) => ({
    criterion: `${name} equal PyTorch's: ${body}`,
    check,
  }));
}

/** Every operation. */
export const mapCases: Case<Golden>[] = Object.keys(bodies).flatMap(cases);

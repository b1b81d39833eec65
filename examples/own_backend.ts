// Your own backend, wrapped around another: this one counts what training asks of it. Prints which operations two updates of `quick` are
// made of where a backend has none that are fused, the commonest first.
//
//     deno run --allow-read examples/own_backend.ts

import { type Backend, FFNetwork, Random, recipes } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";

/** The same backend, and how often each of its methods was called. */
export function counted(backend: Backend): { backend: Backend; calls: Map<string, number> } {
  const calls = new Map<string, number>();
  const wrapped = new Proxy(backend, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function" || typeof name !== "string") return value;
      return (...args: unknown[]): unknown => {
        calls.set(name, (calls.get(name) ?? 0) + 1);
        return value.apply(target, args);
      };
    },
  });
  return { backend: wrapped, calls };
}

if (import.meta.main) {
  const random = new Random(1);
  const count = 200;
  const labels = Uint8Array.from({ length: count }, () => random.below(10));
  const images = Uint8Array.from({ length: count * 784 }, () => random.below(256));
  const data = { images, labels, count, rows: 28, columns: 28, classes: 10 };
  const { backend, calls } = counted(new ReferenceBackend());
  using network = new FFNetwork(backend, recipes.quick({ layers: [784, 30, 20], epochs: 1 }));
  for await (const _ of network.fit(data));
  for (const [name, times] of [...calls].sort(([, a], [, b]) => b - a).slice(0, 8)) {
    console.log(`${name.padEnd(10)}${times}`);
  }
  backend.dispose();
}

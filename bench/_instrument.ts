// Watches a backend at work: how long each of its operations takes, and how much memory is live at most.

import type { Backend, Tensor } from "@forward-forward/core";
import { type FusedOperations, fusedOperations } from "@forward-forward/core/tensor";

/** What one kind of operation took. */
export interface Spent {
  /** Milliseconds in all. */
  milliseconds: number;
  /** Calls. */
  calls: number;
}

/** A backend that is watched. */
export interface Watched {
  /** Use this one. */
  backend: Backend;
  /** Time by operation, `"fused momentum 200x1000 · 200x1000"`; operations inside of others are theirs. */
  spent: Map<string, Spent>;
  /** The most bytes of live tensors there were. */
  peakBytes(): number;
  /** Starts afresh. */
  reset(): void;
}

type Operation = (...operands: unknown[]) => unknown;

const WATCHED = new Set<string>(
  [
    ..."upload fill gather slice concat oneHot matmul add sub mul div equal affine relu sqrt exp"
      .split(" "),
    ..."sigmoid softplus sum max argmax assign".split(" "),
  ] satisfies string[],
);

/**
 * Wraps a backend. `settle` is called after every outermost operation and waits for the device, where
 * the backend returns before it is done.
 */
export function watch(inner: Backend, settle: () => void = () => {}): Watched {
  const spent = new Map<string, Spent>();
  let peak = 0;
  let depth = 0;
  const timed = (name: string, operation: Operation): Operation => (...operands) => {
    if (depth > 0) return operation(...operands);
    depth++;
    const start = performance.now();
    try {
      return operation(...operands);
    } finally {
      settle();
      const took = performance.now() - start;
      depth--;
      const key = [name, ...shapes(operands)].join(" ");
      const sum = spent.get(key) ?? { milliseconds: 0, calls: 0 };
      spent.set(key, { milliseconds: sum.milliseconds + took, calls: sum.calls + 1 });
      peak = Math.max(peak, inner.memory().bytes);
    }
  };
  const fused = Object.fromEntries(
    Object.entries(fusedOperations(inner)).map(([name, operation]) => [
      name,
      timed(`fused ${name}`, operation as Operation),
    ]),
  ) as unknown as FusedOperations;
  const backend = new Proxy(inner, {
    get(target, name): unknown {
      if (name === "fused") return fused;
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      const method: Operation = value.bind(target);
      return typeof name === "string" && WATCHED.has(name) ? timed(name, method) : method;
    },
  });
  return {
    backend,
    spent,
    peakBytes: () => peak,
    reset: () => {
      spent.clear();
      peak = 0;
    },
  };
}

// The shapes that tell products apart.
function shapes(operands: readonly unknown[]): string[] {
  const found: string[] = [];
  for (const operand of operands) {
    if (operand === null || typeof operand !== "object") continue;
    if ("shape" in operand) found.push((operand as Tensor).shape.join("x"));
    else if ("delta" in operand) found.push(...shapes(Object.values(operand)));
  }
  return found;
}

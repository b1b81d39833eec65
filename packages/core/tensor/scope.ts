// Book-keeping of live handles, shared by backends: scopes and memory counts.

import type { MemoryUse, Tensor } from "./backend.ts";

/**
 * Tracks a backend's live handles, so that `scope` and `memory` mean the same on every backend.
 *
 * A backend calls {@linkcode add} for each handle it makes and {@linkcode remove} when one is disposed.
 */
export class LiveTensors<T extends Tensor = Tensor> {
  readonly #live = new Map<T, number>();
  readonly #scopes: Set<T>[] = [];
  #bytes = 0;

  /** Registers a new handle of `bytes` bytes with the innermost scope. */
  add(tensor: T, bytes: number): T {
    this.#live.set(tensor, bytes);
    this.#bytes += bytes;
    this.#scopes.at(-1)?.add(tensor);
    return tensor;
  }

  /** Forgets a handle that was disposed. */
  remove(tensor: T): void {
    this.#bytes -= this.#live.get(tensor) ?? 0;
    this.#live.delete(tensor);
    for (const scope of this.#scopes) scope.delete(tensor);
  }

  /**
   * A live handle as what it is. Throws a `TypeError` that names the operation for one that was disposed, which still says that this
   * is its `owner`, and for one of another backend.
   */
  own(operation: string, tensor: Tensor): T {
    if (this.#live.has(tensor as T)) return tensor as T;
    const disposed = (tensor as { owner?: unknown }).owner === this;
    throw new TypeError(
      `${operation}: ${
        disposed
          ? "a tensor was used after it was disposed"
          : "the tensor belongs to another backend"
      }`,
    );
  }

  /** Live handles and their bytes. */
  use(): MemoryUse {
    return { tensors: this.#live.size, bytes: this.#bytes };
  }

  /** Implements `Backend.scope`. */
  scope<R>(fn: () => R): R {
    const scope = new Set<T>();
    this.#scopes.push(scope);
    const survivors = new Set<unknown>();
    try {
      const result = fn();
      if (result instanceof Promise) {
        result.catch(() => {}); // its own failure would come too late to be of use
        throw new TypeError("scope() takes a synchronous function");
      }
      collect(result, survivors);
      return result;
    } finally {
      this.#scopes.pop();
      const outer = this.#scopes.at(-1);
      for (const tensor of [...scope]) {
        if (survivors.has(tensor)) outer?.add(tensor);
        else tensor.dispose();
      }
    }
  }

  /** Disposes every live handle. */
  dispose(): void {
    for (const tensor of [...this.#live.keys()]) tensor.dispose();
  }
}

// Tensors found in a result: itself, or anywhere in arrays and plain objects.
function collect(value: unknown, into: Set<unknown>): void {
  if (typeof value !== "object" || value === null || into.has(value)) return;
  into.add(value);
  if (Array.isArray(value)) { for (const item of value) collect(item, into); }
  else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) collect(item, into);
  }
}

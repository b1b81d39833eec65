// The entry of the suite: one backend for all tests, and a leak check around each.

import type { Backend } from "../backend.ts";
import { defaultTolerance, type Tolerance } from "./compare.ts";
import { elementTests } from "./element_tests.ts";
import { fusedTests } from "./fused_tests.ts";
import { infinityTests } from "./infinity_tests.ts";
import { matmulTests } from "./matmul_tests.ts";
import { orderTests } from "./order_tests.ts";
import { rangeTests } from "./range_tests.ts";
import { reductionTests } from "./reduction_tests.ts";
import { rowTests } from "./row_tests.ts";
import { scopeTests } from "./scope_tests.ts";
import { storageTests } from "./storage_tests.ts";
import { type Check, Trial } from "./trial.ts";

/** What {@linkcode conformance} needs to know. */
export interface ConformanceOptions {
  /** The backend's name; it opens the name of every test. */
  name: string;
  /** Makes a new backend. Called once for most of the suite, and once for each test of `dispose`. */
  create: () => Promise<Backend>;
  /** Registers a test with whatever runs them, in order; they are not meant to run concurrently. */
  test: (name: string, body: () => Promise<void>) => void;
  /** How far results may be off those of the reference; {@linkcode defaultTolerance} where absent. */
  tolerance?: Tolerance;
}

/**
 * Registers the tests of a backend.
 *
 * One backend serves all of them, because opening a device is slow; the last test disposes of it.
 * Around each test the suite counts live handles, so every test is one of leaks too.
 */
export function conformance(options: ConformanceOptions): void {
  const { name, create, test, tolerance = defaultTolerance } = options;
  let shared: Promise<Backend> | undefined;

  const check: Check = (criterion, body) =>
    test(`${name}: ${criterion}`, async () => {
      const backend = await (shared ??= create());
      const before = backend.memory();
      await body(new Trial(backend, tolerance, criterion));
      const after = backend.memory();
      if (after.tensors !== before.tensors || after.bytes !== before.bytes) {
        throw new Error(
          `leaks: ${before.tensors} handles of ${before.bytes} bytes were live before, ` +
            `${after.tensors} of ${after.bytes} after`,
        );
      }
    });

  matmulTests(check);
  elementTests(check);
  reductionTests(check);
  rowTests(check);
  storageTests(check);
  scopeTests(check);
  orderTests(check);
  fusedTests(check);
  rangeTests(check);
  infinityTests(check);

  test(`${name}: dispose() leaves no read pending`, async () => {
    const backend = await create();
    const pending = backend.read([backend.fill([3, 5], 1)]);
    backend.dispose();
    // What was on its way may arrive, and what was not is refused; a backend that is wrong waits here for ever.
    await pending.catch(() => {});
  });

  test(`${name}: dispose() frees every tensor, and spends this backend but no other`, async () => {
    const other = await (shared ??= create());
    const backend = await create();
    const x = backend.fill([3, 5], 1);
    await backend.flush();
    backend.dispose();
    backend.dispose(); // A second call does nothing.
    if (backend.memory().tensors !== 0) throw new Error("tensors are live after dispose()");
    x.dispose();
    for (const use of [() => backend.fill([1, 1], 0), () => backend.relu(x)]) {
      let refused = false;
      try {
        use();
      } catch {
        refused = true;
      }
      if (!refused) throw new Error("an operation did not throw after dispose()");
    }

    const y = other.fill([1, 1], 2);
    const [two] = await other.read([y]);
    if (two?.[0] !== 2) throw new Error("another backend stopped working");
    other.dispose();
  });
}

import type { DType, Tensor, TensorData } from "@forward-forward/core/tensor";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type Backend, DeviceLostError, recipes } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { runTrial, type TrialOptions } from "./run_trial.ts";

const all = {
  images: Uint8Array.from({ length: 40 * 16 }, (_, i) => i * 37 % 256),
  labels: Uint8Array.from({ length: 40 }, (_, i) => i % 3),
  count: 40,
  rows: 4,
  columns: 4,
  classes: 3,
};
const recipe = recipes.quick({ layers: [16, 6, 5], classes: 3, epochs: 2, batchSize: 10 });
const trial = { index: 3, setting: { name: "base", set: {}, recipe }, seed: 2 };

function options(backend: Backend): TrialOptions {
  return {
    backend,
    data: { train: all, validation: all, names: null },
    signal: new AbortController().signal,
  };
}

/** A backend whose reads fail from the given one on, or only that one. */
class Failing extends ReferenceBackend {
  #reads = 0;
  constructor(readonly at: number, readonly lasts: boolean, readonly error: Error) {
    super();
  }
  override read<D extends DType>(tensors: readonly Tensor<D>[]): Promise<TensorData<D>[]> {
    const read = ++this.#reads;
    if (this.lasts ? read >= this.at : read === this.at) return Promise.reject(this.error);
    return super.read(tensors);
  }
}

Deno.test("runTrial() records a network that cannot be made or trained, and frees what it had", async () => {
  for (const at of [1, 2, 3]) {
    using backend = new Failing(at, false, new Error("Out of memory."));
    const before = backend.memory();
    const result = await runTrial(trial, options(backend));
    assertEquals([result.index, result.seed, result.diverged], [3, 2, null]);
    assertEquals([result.validationError, result.loss, result.layerErrors], [null, null, []]);
    assertEquals(result.failed, "a network of 16-6-5 cannot be trained here (out of memory)");
    assertEquals(backend.memory(), before);
    assert((await runTrial(trial, options(backend))).failed === null);
  }
  using backend = new ReferenceBackend();
  const huge = { ...recipe, layers: [16, 2 ** 40, 5] };
  const setting = { ...trial.setting, recipe: huge };
  const { failed, epochs } = await runTrial({ ...trial, setting }, options(backend));
  assertMatch(failed!, /^a network of 16-1099511627776-5 cannot be trained here \(/);
  assertEquals(epochs, 0);
});

Deno.test("runTrial() throws what ends a sweep: a device that is lost, or a backend that no longer computes", async () => {
  using lost = new Failing(2, false, new DeviceLostError("the device was lost"));
  await assertRejects(() => runTrial(trial, options(lost)), DeviceLostError);
  using broken = new Failing(2, true, new Error("nothing works"));
  await assertRejects(() => runTrial(trial, options(broken)), Error, "nothing works");
});

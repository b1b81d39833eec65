// Random shapes on the adapter at hand: a few of each kind of operation, or as many as FF_SHAPES says. Those longer than a device's
// loops may be are tried over OpenGL, which has such a limit, and elsewhere only with FF_SHAPES. With FF_LARGEST=1 also tensors as
// large as a binding may be everywhere, 128 MiB, which takes minutes and 3 GB of memory.

import { assert } from "@std/assert";
import { randomShapes } from "@forward-forward/core/conformance";
import { adapter, opengl, test } from "./_testing.ts";
import { everyKernel } from "./_testing_kernels.ts";
import { createBackend } from "./mod.ts";

const shapes = Deno.env.get("FF_SHAPES");
const largest = Deno.env.get("FF_LARGEST") ? 2 ** 27 : 0;

const compiled = new Set<string>();
if (adapter) {
  const { createShaderModule } = GPUDevice.prototype;
  GPUDevice.prototype.createShaderModule = function (descriptor): GPUShaderModule {
    compiled.add(descriptor.code);
    return createShaderModule.call(this, descriptor);
  };
}

randomShapes({
  name: "webgpu (registers)",
  create: () => createBackend({ matmul: "registers" }),
  shapes: Number(shapes ?? (opengl ? 3 : 10)),
  long: opengl || shapes !== undefined,
  largest,
  test,
});

// Over OpenGL, llvmpipe takes two to ten seconds to compile a tiled kernel: the conformance suite has those that suffice.
if (!opengl || shapes) {
  randomShapes({
    name: "webgpu (tiles)",
    create: () => createBackend({ matmul: "tiles" }),
    shapes: Number(shapes ?? 3),
    products: true,
    long: shapes !== undefined,
    largest,
    test,
  });
}

test("every kernel that random shapes take is one whose source is read", () => {
  // Geometries are a part of the source, as numbers.
  const bare = (code: string): string => code.replaceAll(/\b\d+/g, "0");
  const read = new Set(Object.values(everyKernel).flat().map(({ code }) => bare(code)));
  assert(compiled.size > 0);
  for (const code of compiled) assert(read.has(bare(code)), code);
  return Promise.resolve();
});

// A WebGPU on which TensorFlow.js computes wrongly is refused, and called by what it gets wrong.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UnavailableError } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import * as tf from "@tensorflow/tfjs";
import { adapterRemedy } from "./_remedy.ts";
import { selfTest } from "./_soundness.ts";
import { createBackend } from "./mod.ts";

const hasAdapter = Boolean(await navigator.gpu?.requestAdapter());
const required = Deno.env.get("FF_REQUIRE")?.split(",").includes("webgpu") ?? false;

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: hasAdapter ? name : `${name} (no WebGPU adapter)`,
    ignore: !hasAdapter && !required,
    // A fence on the queue may be passed after the test that set it.
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}

// Runs `body` with a WebGPU whose devices get their shaders rewritten, and returns the devices it opened.
async function withShaders(
  rewrite: (code: string) => string,
  body: () => Promise<void>,
): Promise<GPUDevice[]> {
  const { gpu } = navigator;
  const opened: GPUDevice[] = [];
  const requestAdapter = async (): Promise<GPUAdapter> => {
    const adapter = (await gpu.requestAdapter())!;
    const { info, limits, features } = adapter;
    const requestDevice = async (descriptor: GPUDeviceDescriptor): Promise<GPUDevice> => {
      const device = await adapter.requestDevice(descriptor);
      const { createShaderModule } = device;
      device.createShaderModule = ({ code, ...rest }): GPUShaderModule =>
        createShaderModule.call(device, { ...rest, code: rewrite(code) });
      opened.push(device);
      return device;
    };
    return { info, limits, features, requestDevice } as unknown as GPUAdapter;
  };
  Object.defineProperty(navigator, "gpu", { value: { requestAdapter }, configurable: true });
  try {
    await body();
  } finally {
    Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  }
  return opened;
}

const FAULTS: readonly { what: string; from: RegExp; to: string; said: string }[] = [
  {
    what: "an offset is not seen",
    from: /uniforms\.scale \+ uniforms\.offset/g,
    to: "uniforms.scale",
    said: "reads a program's numbers wrongly",
  },
  {
    what: "shifts keep the byte's sign",
    from: /f32\(\(table\[at \/ 4\] >> \(8u \* u32\(at % 4\)\)\) & 255\)/g,
    to: "f32(table[at / 4] << (24u - 8u * u32(at % 4)) >> 24u)",
    said: "divides integers or shifts bits wrongly",
  },
  {
    what: "the program of the sigmoid gives zeros",
    from: /return 1\.0 \/ \(1\.0 \+ exp\(-1\.0 \* a\)\);/g,
    to: "return 0.0;",
    said: "computes exp wrongly (0 instead of",
  },
  {
    what: "the square root is that of half",
    from: /return sqrt\(a\);/g,
    to: "return sqrt(0.5 * a);",
    said: "takes square roots wrongly",
  },
  {
    what: "log(1 + exp(x)) is infinite for large x",
    from: /if \(too_large\)/g,
    to: "if (false)",
    said: "computes log(1 + exp(x)) wrongly",
  },
  {
    what: "an invocation does not see what the others of its workgroup left",
    from: /let candidate = xBestValues\[localId\.x \+ interval\];/g,
    to: "let candidate = 0.0;",
    said: "adds up wrongly what a workgroup's invocations share",
  },
  {
    what: "products take the left factor for both",
    from: /sum = sum \+ dataA \* dataB;/g,
    to: "sum = sum + dataA;",
    said: "multiplies matrices wrongly",
  },
  {
    what: "loops end after 1,000 turns",
    from: /i < columns; i\+\+/g,
    to: "i < min(columns, 1000); i++",
    said: "leaves long loops early (0 instead of 64999)",
  },
];

for (const { what, from, to, said } of FAULTS) {
  test(`createBackend() refuses a WebGPU where ${what}, and closes its device`, async () => {
    let rewritten = 0;
    const rewrite = (code: string): string =>
      code.replace(from, () => {
        rewritten++;
        return to;
      });
    const opened = await withShaders(rewrite, async () => {
      const error = await assertRejects(
        () => createBackend({ device: "webgpu" }),
        UnavailableError,
      );
      assertStringIncludes(error.reason, said);
      assertStringIncludes(error.message, "use the device wasm");
    });
    assert(rewritten > 0);
    assertEquals((await opened[0]!.lost).reason, "destroyed");
    assert(!tf.engine().backendNames().some((id) => id.startsWith("forward-forward")));
  });
}

test("createBackend() tests an adapter once, and leaves nothing behind", async () => {
  let modules = 0;
  const count = (code: string): string => {
    modules++;
    return code;
  };
  await withShaders(count, async () => {
    const tensors = tf.engine().state.numTensors;
    using backend = await createBackend({ device: "webgpu" });
    assertEquals(backend.memory().tensors, 0);
    assertEquals(tf.engine().state.numTensors, tensors);
    const once = modules;
    assert(once > 0);
    using _another = await createBackend({ device: "webgpu" });
    assertEquals(modules, once);
  });
});

test("createBackend() refuses a WebGPU that refuses a program, in its words", async () => {
  await withShaders((code) => code.replace("uniforms.scale", "uniforms.skale"), async () => {
    const error = await assertRejects(() => createBackend({ device: "webgpu" }), UnavailableError);
    assertStringIncludes(error.reason, "fails its self-test (");
    assert(!error.message.includes("\n"));
  });
});

Deno.test("selfTest() finds nothing wrong with the reference, and names what is", async () => {
  using reference = new ReferenceBackend();
  assertEquals(await selfTest(reference), null);
  assertEquals(reference.memory().tensors, 0);
  using wrong = new ReferenceBackend();
  wrong.matmul = (a, b): ReturnType<ReferenceBackend["fill"]> =>
    reference.fill.call(wrong, [a.shape[0], b.shape[1]], 0);
  assertStringIncludes((await selfTest(wrong))!, "multiplies matrices wrongly (0 instead of ");
});

Deno.test("adapterRemedy() fits the place where it is read", () => {
  assertStringIncludes(adapterRemedy({ Deno: { build: { os: "linux" } } }), "mesa-vulkan-drivers");
  assertStringIncludes(adapterRemedy({ process: { platform: "darwin" } }), "the graphics driver");
  const page = adapterRemedy({});
  assertStringIncludes(page, "the browser");
  assert(!page.includes("apt-get"));
});

// A device that computes wrongly is refused, and called by what it gets wrong.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UnavailableError } from "@forward-forward/core";
import { selfTest } from "./_soundness.ts";
import { adapter, openDevice, test as register } from "./_testing.ts";
import { gpuLike, wrongDevice } from "./_testing_device.ts";
import { createBackend, describeAdapter } from "./mod.ts";

const hardware = adapter !== null && !describeAdapter(adapter).software;

function test(name: string, fn: () => Promise<void>, inStep = false): void {
  register(name, fn, inStep && hardware ? "a GPU's invocations run in step" : null);
}

// What a driver might get wrong, as the shader that a right one would have to be given.
interface Fault {
  what: string;
  from: RegExp;
  to: string;
  said: string;
  /** Whether a GPU does not show it, because the invocations of a workgroup may run in step there. */
  inStep?: boolean;
}

const FAULTS: readonly Fault[] = [
  {
    what: "scalars are looked for right behind the sizes",
    from: /unused\d: u32, /g,
    to: "",
    said: "reads a kernel's parameters wrongly",
  },
  {
    what: "sizes are looked for one place on",
    from: /struct Params \{ (?:(.*?)unused0: u32, )?/g,
    to: "struct Params { shifted: u32, $1",
    said: "reads a kernel's parameters wrongly",
  },
  {
    what: "the kernel of dropout gives zeros",
    from: /y\[i\] = select\(x.*;/g,
    to: "y[i] = 0;",
    said: "reads a kernel's parameters wrongly (0 instead of -2.5)",
  },
  {
    what: "shifts keep the sign",
    from: /h >> 15/g,
    to: "u32(i32(h) >> 15)",
    said: "computes hashes of integers wrongly",
  },
  {
    what: "products of integers go through floats",
    from: /i \* 0x9e3779b9u/g,
    to: "u32(f32(i) * 2654435769.0)",
    said: "computes hashes of integers wrongly",
  },
  {
    what: "quotients of integers are rounded",
    from: /lane \/ params\.columns/g,
    to: "(lane + params.columns / 2) / params.columns",
    said: "divides integers or shifts bits wrongly",
  },
  {
    what: "remainders of integers are one too large",
    from: /lane % params\.columns/g,
    to: "lane % params.columns + 1",
    said: "divides integers or shifts bits wrongly",
  },
  {
    what: "the kernel of arithmetic gives zeros",
    from: /y\[(\d* ?\+? ?lane)\] = .*;/g,
    to: "y[$1] = 0;",
    said: "divides integers or shifts bits wrongly (0 instead of 11)",
  },
  {
    what: "exp overflows",
    from: /let e = exp\(-abs\(v\)\);/g,
    to: "let e = exp(abs(v));",
    said: "computes exp wrongly",
  },
  {
    what: "exp stops at exp(-4)",
    from: /let e = exp\(-abs\(v\)\);/g,
    to: "let e = exp(-min(abs(v), 4.0));",
    said: "computes exp wrongly",
  },
  {
    what: "log(1 + exp(x)) overflows",
    from: /max\(v, 0\.0\) \+ log\(1\.0 \+ e\)/g,
    to: "log(1.0 + exp(v))",
    said: "computes log(1 + exp(x)) wrongly",
  },
  {
    what: "the square root of 0 is no number",
    from: /select\(sqrt\(abs\(v\)\), .*\);/g,
    to: "abs(v) * inverseSqrt(abs(v));",
    said: "takes square roots wrongly (NaN instead of 0)",
  },
  {
    what: "an invocation does not see what the others of its workgroup left",
    from: /partial\[lane\] \+= partial\[lane \+ half\];/g,
    to: "partial[lane] += 0.0;",
    said: "adds up wrongly what a workgroup's invocations share",
  },
  {
    what: "barriers do nothing",
    from: /workgroupBarrier\(\);/g,
    to: "",
    inStep: true,
    said: "adds up wrongly what a workgroup's invocations share",
  },
  {
    what: "the kernel of matrix products gives zeros",
    from: /\+= a(\d+) \* b(\d)/g,
    to: "+= 0.0 * a$1 * b$2",
    said: "multiplies matrices wrongly, with registers (",
  },
  {
    what: "one row of a product is another",
    from: /\+= a7 \* b/g,
    to: "+= a6 * b",
    said: "multiplies matrices wrongly, with registers (",
  },
  {
    what: "loops end after 1,000 turns",
    from: /p < params\.k;/g,
    to: "p < min(params.k, 1000u);",
    said: "leaves long loops early (1000 instead of 65526)",
  },
];

for (const { what, from, to, said, inStep } of FAULTS) {
  test(`createBackend() refuses a device where ${what}`, async () => {
    let rewritten = 0;
    const device = await wrongDevice((code) =>
      code.replace(from, (...match) => {
        rewritten++;
        return to.replaceAll(/\$(\d)/g, (_, group) => match[group] ?? "");
      })
    );
    try {
      const error = await assertRejects(
        () => createBackend({ device, matmul: "registers" }),
        UnavailableError,
      );
      assertStringIncludes(error.reason, said);
      assert(rewritten > 0);
    } finally {
      device.destroy();
    }
  }, inStep);
}

test("selfTest() finds nothing wrong with a healthy device, in one submission and one read", async () => {
  const device = await openDevice();
  const { queue } = device;
  const { submit } = queue;
  let submissions = 0;
  queue.submit = (buffers) => {
    submissions++;
    submit.call(queue, buffers);
  };
  const { mapAsync } = GPUBuffer.prototype;
  let reads = 0;
  const counted = function (
    this: GPUBuffer,
    ...args: Parameters<typeof mapAsync>
  ): Promise<unknown> {
    reads++;
    return mapAsync.apply(this, args);
  };
  GPUBuffer.prototype.mapAsync = counted as typeof mapAsync;
  try {
    assertEquals(await selfTest(device, ["registers"]), null);
    assertEquals([submissions, reads], [1, 1]);
  } finally {
    GPUBuffer.prototype.mapAsync = mapAsync;
    device.destroy();
  }
});

test("createBackend() tests tiles where they are used", async () => {
  const healthy = await openDevice();
  (await createBackend({ device: healthy, matmul: "tiles" })).dispose();
  healthy.destroy();
  const device = await wrongDevice((code) =>
    code.includes("right: array") ? code.replaceAll("+= a1 * b", "+= a0 * b") : code
  );
  const error = await assertRejects(
    () => createBackend({ device, matmul: "tiles" }),
    UnavailableError,
  );
  assertStringIncludes(error.reason, "multiplies matrices wrongly, with tiles (");
  device.destroy();
});

test("createBackend() tests an adapter once, and each device that it is given", async () => {
  let modules = 0;
  const open = (): Promise<GPUDevice> =>
    wrongDevice((code) => {
      modules++;
      return code;
    });
  const gpu = gpuLike({}, open);
  (await createBackend({ gpu })).dispose();
  const once = modules;
  assert(once > 0);
  (await createBackend({ gpu })).dispose();
  assertEquals(modules, once);
  // Another one's adapters are not vouched for, whatever they are called.
  (await createBackend({ gpu: gpuLike({}, open) })).dispose();
  assertEquals(modules, 2 * once);

  const device = await open();
  (await createBackend({ device })).dispose();
  assertEquals(modules, 3 * once);
  (await createBackend({ device })).dispose();
  assertEquals(modules, 3 * once);
  const other = await open();
  (await createBackend({ device: other })).dispose();
  assertEquals(modules, 4 * once);
  device.destroy();
  other.destroy();
});

test("createBackend() closes a device of its own that computes wrongly, and leaves one that it was given", async () => {
  const wrong = (code: string): string => code.replaceAll("* params.kept", "* 2");
  const opened: GPUDevice[] = [];
  const gpu = gpuLike({}, async () => {
    const device = await wrongDevice(wrong);
    opened.push(device);
    return device;
  });
  await assertRejects(() => createBackend({ gpu }), UnavailableError);
  assertEquals((await opened[0]!.lost).reason, "destroyed");
  // What was refused is not remembered as sound.
  await assertRejects(() => createBackend({ gpu }), UnavailableError);

  const device = await wrongDevice(wrong);
  await assertRejects(() => createBackend({ device }), UnavailableError);
  const state = await Promise.race([device.lost, new Promise((go) => setTimeout(go, 20, "open"))]);
  assertEquals(state, "open");
  device.destroy();
});

test("createBackend() refuses a device that refuses a kernel, in the compiler's words and on one line", async () => {
  const device = await wrongDevice((code) => code.replace("var h = i", "var h = 1.5 * i"));
  const error = await assertRejects(() => createBackend({ device }), UnavailableError);
  assertStringIncludes(error.reason, "fails its self-test (the kernel of dropout does not compile");
  assert(!error.message.includes("\n"));
  assert(error.cause instanceof Error);
  device.destroy();
});

test("createBackend() refuses a device that is lost while it is tested", async () => {
  const device = await openDevice();
  const { queue } = device;
  const { submit } = queue;
  queue.submit = (buffers) => {
    submit.call(queue, buffers);
    device.destroy();
  };
  const error = await assertRejects(() => createBackend({ device }), UnavailableError);
  assertStringIncludes(error.reason, "fails its self-test (");
});

// `deno task setup` on machines with Vulkan, with OpenGL only, and with neither, where it may install nothing.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { adapterInfo } from "@forward-forward/backend-webgpu";

const root = new URL("../", import.meta.url);

async function setUp(
  env: Record<string, string>,
  flags: readonly string[] = [],
  args: readonly string[] = [],
): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-env=XDG_RUNTIME_DIR",
      "--allow-sys=uid",
      ...flags,
      "scripts/setup.ts",
      ...args,
    ],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const text = new TextDecoder();
  return { code, said: text.decode(stdout) + text.decode(stderr) };
}

// The variables that hide drivers are those of Linux.
function test(name: string, fn: () => Promise<void>): void {
  const ignore = Deno.build.os !== "linux";
  Deno.test({ name: ignore ? `${name} (Linux only)` : name, ignore, fn });
}

const HIDDEN = "/dev/null";

for (
  const [machine, env] of [
    ["what this machine has", {}],
    ["OpenGL only", { VK_DRIVER_FILES: HIDDEN }],
  ] as const
) {
  test(`setup is silent where an adapter is sound, with ${machine}`, async () => {
    const { code, said } = await setUp(env);
    assertEquals(code, 0, said);
    // Where there is none it says so, and never that there is a broken one.
    const none = said.includes("(no WebGPU adapter was found)");
    const required = machine !== "OpenGL only" && Deno.env.get("FF_REQUIRE")?.includes("webgpu");
    if (!none || required) assertEquals(said, "");
  });
}

test("setup says what is missing and what to install where there is no adapter, and succeeds", async () => {
  const { code, said } = await setUp({
    VK_DRIVER_FILES: HIDDEN,
    __EGL_VENDOR_LIBRARY_FILENAMES: HIDDEN,
  });
  assertEquals(code, 0, said);
  assertMatch(
    said,
    /WebGPU cannot be used \(no WebGPU adapter was found\), and .* is left out; install /,
  );
  assertMatch(
    said,
    /and (nobody said yes to installing one \(deno task setup --yes does\)|only root may|there is no driver)/,
  );
});

Deno.test("setup refuses what it does not know", async () => {
  for (const [args, word] of [[["--no"], "--no"], [["--yes", "please"], "please"]] as const) {
    const { code, said } = await setUp({}, [], args);
    assertEquals(code, 2, said);
    assertMatch(said, new RegExp(`^setup: unknown argument "${word}": .* --yes`));
  }
});

// As if the driver were broken.
const broken = new URL("_unsound.ts", import.meta.url).pathname;
const hasAdapter = await adapterInfo() !== null;

Deno.test({
  name: "setup tells an adapter that computes wrongly from a missing one" +
    (hasAdapter ? "" : " (no WebGPU adapter)"),
  ignore: !hasAdapter,
  fn: async () => {
    const { code, said } = await setUp({}, [`--preload=${broken}`]);
    assertEquals(code, 0, said);
    assertMatch(
      said,
      /WebGPU cannot be used \(the WebGPU adapter .* reads a kernel's parameters wrongly/,
    );
  },
});

Deno.test({
  name:
    "tests of an adapter that computes wrongly are ignored with the reason, or fail if required" +
    (hasAdapter ? "" : " (no WebGPU adapter)"),
  ignore: !hasAdapter,
  fn: async () => {
    const run = async (required: string): Promise<{ code: number; said: string }> => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "test",
          "--no-prompt",
          "--no-check",
          "--env-file=tests/quiet.env",
          "--allow-read",
          "--allow-env",
          "--allow-ffi",
          `--preload=${broken}`,
          "tests/submissions_test.ts",
        ],
        cwd: root,
        env: { NO_COLOR: "1", FF_REQUIRE: required },
      }).output();
      const text = new TextDecoder();
      return { code, said: text.decode(stdout) + text.decode(stderr) };
    };
    const ignored = await run("");
    assertEquals(ignored.code, 0, ignored.said);
    assertMatch(
      ignored.said,
      /\(the WebGPU adapter .* reads a kernel's parameters wrongly .*ignored/,
    );
    const failed = await run("webgpu");
    assert(failed.code !== 0);
    assertMatch(failed.said, /reads a kernel's parameters wrongly/);
  },
});

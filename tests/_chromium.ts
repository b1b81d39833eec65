// Headless Chromium for tests: whether it is there, and what drives it.

/** Debian's. */
export const CHROMIUM = "/usr/bin/chromium";

/** The Vulkan driver that comes with it, for those who look for one by `VK_DRIVER_FILES`. */
export const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";

/** The switches that give a page WebGPU, on that driver. */
export const WEBGPU_SWITCHES = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** Milliseconds that a page may take to show something: more than any busy machine needs, less than for ever. */
export const PATIENCE = 300_000;

// Why there is no browser, if there is none.
function missingChromium(): string | null {
  try {
    Deno.statSync(CHROMIUM);
    return null;
  } catch {
    return `there is no ${CHROMIUM}: apt-get install chromium`;
  }
}

const missing = missingChromium();

/** Registers a test that needs Chromium; without, it is reported as ignored, with the reason. */
export function testInChromium(
  name: string,
  body: () => Promise<void>,
  options: Pick<Deno.TestDefinition, "sanitizeOps" | "sanitizeResources"> = {},
): void {
  Deno.test({
    ...options,
    name: `${name}${missing ? ` (${missing})` : ""}`,
    // Where FF_REQUIRE names Chromium, that it is missing is no excuse.
    ignore: missing !== null && !Deno.env.get("FF_REQUIRE")?.includes("chromium"),
    fn: body,
  });
}

/**
 * A program that drives Chromium, with the permissions that its driver needs and the tests have no use for. It is given
 * the browser's path, then `args`.
 */
export function driveChromium(program: URL, args: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-sys",
      `--allow-run=${CHROMIUM}`,
      program.href,
      CHROMIUM,
      ...args,
    ],
    env: {
      // Without this playwright-core looks for Windows in files that need every permission.
      __IS_WSL_TEST__: "1",
      // The browser has a driver of its own, whatever is hidden from Deno.
      VK_DRIVER_FILES: SWIFTSHADER,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

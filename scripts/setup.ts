// Makes sure that WebGPU has something sound to run on. Run by `deno task setup`.
//
// Does nothing, silently, where there is an adapter that computes right, be it OpenGL underneath. Else it installs Mesa's
// software Vulkan driver where it may (root on Debian or Ubuntu) and is told to: by `y` at a terminal, or by `--yes`.
// Otherwise it says what to install. It always succeeds: tests that need an adapter are ignored without one, and say so.

import { UnavailableError } from "@forward-forward/core";
import { createBackend } from "@forward-forward/backend-webgpu";

const PACKAGES = ["mesa-vulkan-drivers", "libvulkan1"];
const BY_HAND = Deno.build.os === "linux"
  ? `a graphics driver with Vulkan, or the software one (Debian and Ubuntu: apt-get install ${
    PACKAGES.join(" ")
  })`
  : "the current graphics driver of this machine";

const USAGE = "deno task setup takes --yes, to install without a question, or nothing";

// The arguments of a process that only looks, and of one that asks nobody.
const LOOK = "look";
const YES = "--yes";

/** What is wrong with WebGPU here, or `null` where there is a sound adapter. */
async function fault(): Promise<string | null> {
  try {
    (await createBackend()).dispose();
    return null;
  } catch (error) {
    if (error instanceof UnavailableError) return error.reason;
    throw error;
  }
}

/** Whether a new process finds a sound adapter: this one looked for drivers once and will not look again. */
async function isInstalled(): Promise<boolean> {
  const args = ["run", "--quiet", "--no-prompt", import.meta.filename!, LOOK];
  try {
    return (await new Deno.Command("deno", { args, stderr: "null" }).output()).success;
  } catch {
    return true; // Without a `deno` to ask, the tests will tell.
  }
}

/** Runs apt-get; what it says only matters if it fails. */
async function aptGet(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("apt-get", {
    args: ["-qq", "-o", "DPkg::Lock::Timeout=120", ...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
  throw new Error(`apt-get ${args[0]} failed (${said})`);
}

/** Why the driver could not be installed, or undefined if it was. */
async function install(found: string): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "there is no driver to install on this system";
  if (Deno.uid() !== 0) return "only root may install one";
  const packages = PACKAGES.join(" and ");
  const question = `WebGPU cannot be used (${found}). Install ${packages} with apt-get?`;
  if (Deno.args[0] !== YES && !(Deno.stdin.isTerminal() && confirm(question))) {
    return "nobody said yes to installing one (deno task setup --yes does)";
  }
  console.error(`WebGPU cannot be used (${found}): installing ${packages} ...`);
  try {
    await aptGet("update");
    await aptGet("install", "-y", "--no-install-recommends", ...PACKAGES);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "this system has no apt-get";
    return (error as Error).message;
  }
  if (!await isInstalled()) return "the software driver was installed and does not help";
}

async function setUp(): Promise<void> {
  // Without this variable Mesa prints an error line for every adapter that is asked for; any value will do.
  if (!Deno.env.get("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
  const found = await fault();
  if (found === null) return;
  const reason = await install(found);
  console.error(
    reason === undefined
      ? "Installed: WebGPU runs in software."
      : `WebGPU cannot be used (${found}), and ${reason}, so what needs it is left out; ` +
        `install ${BY_HAND}.`,
  );
}

const [told, ...surplus] = Deno.args;
if (surplus.length > 0 || told !== undefined && told !== LOOK && told !== YES) {
  console.error(`setup: unknown argument "${surplus[0] ?? told}": ${USAGE}`);
  Deno.exit(2);
}
if (told === LOOK) Deno.exit(await fault() === null ? 0 : 1);
await setUp();

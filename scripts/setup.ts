// Makes sure that WebGPU has something to run on, before the tests. Run by `deno task setup`.
//
// Does nothing, silently, where there is an adapter. Where there is none it installs Mesa's software Vulkan
// driver if it may (root on Debian or Ubuntu), and otherwise says what to install. It always succeeds:
// tests that need an adapter are ignored without one, and say so.

const PACKAGES = ["mesa-vulkan-drivers", "libvulkan1"];
const BY_HAND = Deno.build.os === "linux"
  ? `a graphics driver with Vulkan, or the software one (Debian and Ubuntu: apt-get install ${
    PACKAGES.join(" ")
  })`
  : "the current graphics driver of this machine";

const LOOK = "Deno.exit(await navigator.gpu?.requestAdapter() ? 0 : 1)";

/** Whether a new process finds an adapter: this one looked for drivers once and will not look again. */
async function isInstalled(): Promise<boolean> {
  const args = ["run", "--quiet", `data:text/javascript,${encodeURIComponent(LOOK)}`];
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
async function install(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "there is no driver to install on this system";
  if (Deno.uid() !== 0) return "only root may install one";
  console.error(`No WebGPU adapter: installing ${PACKAGES.join(" and ")} ...`);
  try {
    await aptGet("update");
    await aptGet("install", "-y", "--no-install-recommends", ...PACKAGES);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "this system has no apt-get";
    return (error as Error).message;
  }
  if (!await isInstalled()) return "the software driver was installed and is not found";
}

// Without this variable Mesa prints an error line for every adapter that is asked for; any value will do.
if (!Deno.env.get("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", "/tmp");

if (!await navigator.gpu?.requestAdapter()) {
  const reason = await install();
  console.error(
    reason === undefined
      ? "Installed: WebGPU runs in software."
      : `No WebGPU adapter, and ${reason}, so what needs one is left out; install ${BY_HAND}.`,
  );
}

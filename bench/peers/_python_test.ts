// Tests of which Python the peer in PyTorch runs in.

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UnavailableError } from "@forward-forward/core";
import { requireGpu } from "../cases/_torch.ts";

const LOOK = `
import { findPython } from "${new URL("_python.ts", import.meta.url)}";
try {
  console.log(JSON.stringify(await findPython()));
} catch (error) {
  console.log(JSON.stringify({ error: error.name, message: error.message }));
}`;

// What findPython() finds where the shell's python3 is this script.
async function found(script: string): Promise<Record<string, string | null>> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/python3`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", "--ext=ts", LOOK],
      cwd: new URL(".", import.meta.url),
      env: { PATH: `${folder}:/usr/bin:/bin`, OMP_NUM_THREADS: "1" },
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ignore = Deno.build.os !== "linux";

Deno.test({
  name: "findPython() takes the shell's python3 first, and hands it nothing but PATH",
  ignore,
  fn: async () => {
    const script =
      `echo "{\\"version\\": \\"2.5.1\\", \\"gpu\\": \\"\${OMP_NUM_THREADS:-unset}\\"}"`;
    assertEquals(await found(script), { command: "python3", version: "2.5.1", gpu: "unset" });
  },
});

Deno.test({
  name: "findPython() goes on to Debian's where the shell's has no PyTorch",
  ignore,
  fn: async () => {
    const python = await found("echo \"No module named 'torch'\" >&2; exit 1");
    if (python.command) return assertEquals(python.command, "/usr/bin/python3");
    assertEquals(python.error, "UnavailableError");
    assertStringIncludes(python.message!, "/usr/bin/python3");
  },
});

Deno.test("requireGpu() refuses WebGPU in software beside a GPU, and nothing else", () => {
  requireGpu({ software: false, device: "NVIDIA H100" }, "NVIDIA H100, CUDA 12.4");
  const software = { software: true, device: "llvmpipe" };
  const error = assertThrows(() => requireGpu(software, "NVIDIA H100"), UnavailableError);
  assertEquals(error.reason, "WebGPU runs on llvmpipe, PyTorch on NVIDIA H100");
  assert(error.remedy.includes("Vulkan"));
});

// Finds a Python that has PyTorch, and asks what it computes on.

import { UnavailableError } from "@forward-forward/core";

// The shell's own first, which may be of a virtual environment or of Conda; then Debian's.
const PYTHONS = ["python3", "/usr/bin/python3"];
const REMEDY = "apt-get install python3-torch libopenblas0-pthread, or activate the environment " +
  "that has PyTorch and NumPy";

const QUESTION = `
import json, torch, numpy
v = torch.version
gpu = None
if torch.cuda.is_available():
    platform = f"CUDA {v.cuda}" if v.cuda else f"ROCm {v.hip}"
    gpu = f"{torch.cuda.get_device_name(0)}, {platform}"
print(json.dumps({"version": torch.__version__, "gpu": gpu}))
`;

/** A Python that has PyTorch. */
export interface Python {
  /** What to run. */
  command: string;
  /** PyTorch's version. */
  version: string;
  /** The GPU that PyTorch computes on and the platform, `"NVIDIA H100 80GB HBM3, CUDA 12.4"`, if it sees one. */
  gpu: string | null;
}

/**
 * What Python runs in: of the shell's environment nothing but where programs are. Whatever it sets for
 * OpenBLAS is not for the peer, which must run at its best.
 */
export function pythonEnvironment(): { clearEnv: true; env: Record<string, string> } {
  const path = Deno.env.get("PATH");
  return { clearEnv: true, env: path ? { PATH: path } : {} };
}

let found: Promise<Python> | undefined;

/**
 * The first Python with PyTorch and NumPy: the shell's `python3` or `/usr/bin/python3`. Looked for once.
 *
 * Throws an {@linkcode UnavailableError} where there is none.
 */
export function findPython(): Promise<Python> {
  return found ??= look();
}

async function look(): Promise<Python> {
  let reason = "";
  for (const command of PYTHONS) {
    let output: Deno.CommandOutput;
    try {
      const args = ["-c", QUESTION];
      output = await new Deno.Command(command, { args, ...pythonEnvironment() }).output();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      reason = `there is no ${command}`;
      continue;
    }
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).trim();
    if (output.success) {
      return { command, ...JSON.parse(text(output.stdout)) as Omit<Python, "command"> };
    }
    reason = `${command} has no working PyTorch: ${text(output.stderr).split("\n").at(-1)}`;
  }
  throw new UnavailableError(reason, REMEDY);
}

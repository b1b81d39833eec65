// The part of `./run` that measures: `deno task bench` as it is, with what this run was asked for.

import { type Backend, UnavailableError } from "@forward-forward/core";
import { main } from "../main.ts";
import { Tools } from "../_tools.ts";
import { benchFile, readState } from "./_state.ts";

/** What the rows share, as far as a bundle has it. */
class BundledTools extends Tools {
  override onnx(): Promise<Backend> {
    throw new UnavailableError(
      "ONNX Runtime is not in this folder, to keep it small",
      "run `deno task bench` in a clone",
    );
  }
}

/** Runs the benchmarks of a run. Returns their exit code. */
export async function bench(name: string): Promise<number> {
  const { asked, rounds, commit } = await readState(name);
  const flags = [
    ...asked.only.map((text) => `--only=${text}`),
    `--rounds=${rounds}`,
    `--commit=${commit ?? "unknown"}`,
    `--out=${benchFile(name)}`,
  ];
  return await main(flags, new BundledTools());
}

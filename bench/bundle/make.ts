// `deno task bench:bundle`: makes the folder that runs the benchmarks on a machine with a GPU and nothing else.

import { parseArgs } from "@std/cli/parse-args";
import { makeBundle } from "./make_bundle.ts";

const HELP = `deno task bench:bundle [FOLDER] [flags]
  make a folder, bundle/ or one in it, that runs conformance and the benchmarks on a Linux x86-64 machine with
  nothing installed and no network: copy it there, start ./run, and bring back what it leaves in results/

  --no-deno   without Deno, for a machine that has it
  --help      this text`;

const parsed = parseArgs(Deno.args, {
  boolean: ["deno", "help"],
  negatable: ["deno"],
  default: { deno: true },
  unknown: (argument: string, key?: string): boolean => {
    if (key === undefined) return true;
    console.error(`bench:bundle has no flag ${argument}: see deno task bench:bundle --help`);
    Deno.exit(2);
  },
});
if (parsed.help) {
  console.log(HELP);
  Deno.exit(0);
}
const folder = String(parsed._[0] ?? "bundle");
try {
  const files = await makeBundle(folder, { deno: parsed.deno });
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(2).padStart(7) + " MiB";
  for (const { path, bytes } of files) console.log(mebibytes(bytes), path);
  console.log(mebibytes(files.reduce((sum, { bytes }) => sum + bytes, 0)), `${folder}, in all`);
} catch (error) {
  console.error(`bench:bundle: ${(error as Error).message}`);
  Deno.exit(1);
}

// `deno task bench:lab [--backend webgpu|wasm] [--rounds N] [--settle S] [--seconds S] [--restarts N]`: the lab in headless Chromium. When the
// first curve is there, images a second beside the same training without the lab, how soon the page answers the mouse while it
// trains, and what is left in memory of runs that were begun anew.

import { parseArgs } from "@std/cli/parse-args";
import { labFiles } from "../../apps/web/build/build.ts";
import { serveFiles } from "../../apps/web/build/server.ts";
import { driveChromium, WEBGPU_SWITCHES } from "../../tests/_chromium.ts";
import { describeMachine } from "../_machine.ts";
import { median } from "../_measure.ts";
import { TextLineStream } from "../peers/_lines.ts";
import type { Found, Plan } from "./drive.ts";

const given = parseArgs(Deno.args, {
  string: ["backend", "rounds", "settle", "seconds", "restarts"],
  default: { backend: "webgpu", rounds: "5", settle: "30", seconds: "8", restarts: "100" },
});
const backend = given.backend as Plan["backend"];
const plan: Plan = {
  backend,
  flags: backend === "webgpu" ? WEBGPU_SWITCHES : [],
  rounds: Number(given.rounds),
  settle: Number(given.settle),
  seconds: Number(given.seconds),
  restarts: Number(given.restarts),
};

const encoder = new TextEncoder();
const bundled = await Deno.bundle({
  entrypoints: [new URL("bare_worker.ts", import.meta.url).pathname],
  platform: "browser",
  minify: true,
  write: false,
  outputDir: "/lab",
});
const server = serveFiles([
  ...await labFiles(),
  { path: "bare.html", bytes: encoder.encode("<!doctype html><title>without the lab</title>") },
  { path: "bare_worker.js", bytes: encoder.encode(bundled.outputFiles![0]!.text()) },
]);
const machine = describeMachine();
const address = `http://127.0.0.1:${server.addr.port}/`;
const driver = driveChromium(new URL("drive.ts", import.meta.url), [
  address,
  JSON.stringify(plan),
]).spawn();
const stderr = new Response(driver.stderr).text();
const lines = driver.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
const memory: [restarts: number, mebibytes: number][] = [];
let found: Found | undefined;
for await (const text of lines) {
  const line: { restarts: number } | Found = JSON.parse(text);
  if ("restarts" in line) memory.push([line.restarts, await memoryBelow(driver.pid)]);
  else found = line;
}
await server.shutdown();
if (!found) {
  console.error(await stderr);
  Deno.exit(1);
}
const rounded = (values: readonly number[]): number[] => values.map((value) => Math.round(value));
const moves = found.moves.toSorted((a, b) => a - b);
console.log(JSON.stringify(
  {
    command: ["deno task bench:lab", ...Deno.args].join(" "),
    ...machine,
    plan,
    firstFigure: {
      milliseconds: Math.round(median(found.firstFigure)),
      samples: rounded(found.firstFigure),
    },
    firstCurve: {
      milliseconds: Math.round(median(found.firstCurve)),
      samples: rounded(found.firstCurve),
    },
    imagesASecond: {
      share: median(found.lab.map((rate, i) => rate / found.bare[i]!)),
      lab: rounded(found.lab),
      bare: rounded(found.bare),
    },
    moves: {
      count: moves.length,
      median: Math.round(median(moves)),
      p95: Math.round(moves[Math.floor(0.95 * moves.length)]!),
    },
    memory,
  },
  null,
  2,
));

// MiB that the processes below one hold, those of the browser.
async function memoryBelow(root: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid=,rss="] }).output();
  const all = new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
  const below = (of: number): number =>
    all.filter(([, parent]) => parent === of)
      .reduce((sum, [pid, , kibibytes]) => sum + kibibytes + below(pid), 0);
  return Math.round(below(root) / 1024);
}

// `deno task results [RUN|SWEEP...]`: takes the figures of finished runs, and of a sweep's, into `results/figures`, and makes docs/results.md anew.

import { parseArgs } from "@std/cli/parse-args";
import { cpus } from "node:os";
import { fileName, readFigure, runsAt } from "./figure.ts";
import { kerasLoss, kerasSamples } from "./keras_plot.ts";
import { resultsPage } from "./page.ts";
import { errorAndTime } from "./plot.ts";
import { readSources } from "./sources.ts";

const { commit, _: runs } = parseArgs(Deno.args, { string: ["commit", "_"] });
const folder = new URL("./figures/", import.meta.url);
const docs = new URL("../docs/", import.meta.url);
const machine = `${cpus()[0]?.model.trim()}, ${navigator.hardwareConcurrency} cores`;

for (const run of (await Promise.all(runs.map((path) => runsAt(String(path))))).flat()) {
  if (commit === undefined) {
    console.error(
      "results: say which commit the runs were made at: --commit HASH",
    );
    Deno.exit(2);
  }
  const figure = await readFigure(run, { commit, machine });
  await Deno.writeTextFile(
    new URL(fileName(figure), folder),
    JSON.stringify(figure, null, 2) + "\n",
  );
}
const sources = await readSources();
await Deno.mkdir(new URL("./results/", docs), { recursive: true });
await Deno.writeTextFile(
  new URL("./results/error-and-time.svg", docs),
  await errorAndTime(sources.figures, sources.published),
);
await Deno.writeTextFile(
  new URL("./results/keras-loss.svg", docs),
  await kerasLoss(sources.full),
);
await Deno.writeTextFile(new URL("./results/keras-samples.svg", docs), kerasSamples(sources.full));
await Deno.writeTextFile(new URL("./results.md", docs), resultsPage(sources));

// `deno task results [RUN|SWEEP...]`: takes the figures of finished runs, and of a sweep's, into `results/figures`, and makes docs/results.md anew.

import { parseArgs } from "@std/cli/parse-args";
import { cpus } from "node:os";
import { readTrials } from "./ablation.ts";
import { fileName, readFigure, readFigures, runsAt } from "./figure.ts";
import { readKeras } from "./keras.ts";
import type { TextResults } from "./next_character.ts";
import ownImages from "./own_images.json" with { type: "json" };
import nextCharacter from "./next_character.json" with { type: "json" };
import { resultsPage } from "./page.ts";
import { errorAndTime } from "./plot.ts";
import published from "./published.json" with { type: "json" };

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
const figures = await readFigures(folder);
const trials = await readTrials(new URL("./ablation/trials.jsonl", import.meta.url));
const keras = await readKeras(new URL("./keras/", import.meta.url));
const told = await Deno.readTextFile(new URL("./told.md", import.meta.url));
await Deno.mkdir(new URL("./results/", docs), { recursive: true });
await Deno.writeTextFile(
  new URL("./results/error-and-time.svg", docs),
  await errorAndTime(figures, published),
);
await Deno.writeTextFile(
  new URL("./results.md", docs),
  resultsPage(
    figures,
    published,
    trials,
    keras,
    ownImages.found,
    nextCharacter as TextResults,
    told,
  ),
);

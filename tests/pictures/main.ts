// Prints the table of docs/pictures.md: main.ts RUN [COUNT] [test|held] [KINDS], where KINDS is a regular expression.

import { takeDataset } from "@forward-forward/core";
import { loadMnistPart } from "@forward-forward/datasets";
import { readModel } from "../../apps/cli/run/model_file.ts";
import { kinds } from "./kinds.ts";
import { measure } from "./measure.ts";

const [run = "runs/pictures", count = "100", part = "held", words = ""] = Deno.args;
const model = await readModel(run);
// The last 10,000 training images, which a model has not seen that was trained with --validation 10000.
const data = part === "test"
  ? await loadMnistPart("test")
  : await loadMnistPart("train").then((train) => takeDataset(train, 50_000, 60_000));
console.log("| picture | right | refused | wrong | wrong at over 0.8 |");
console.log("| --- | ---: | ---: | ---: | ---: |");
for (const kind of kinds.filter(({ name }) => new RegExp(words).test(name))) {
  const [reading] = await measure(model, data, Number(count), ({ name }) => name === kind.name);
  const { right, refused, wrong, confidentlyWrong } = reading!;
  const cells = [
    kind.name,
    kind.digits === 1 ? right : "",
    refused,
    wrong.length,
    confidentlyWrong,
  ];
  console.log(`| ${cells.join(" | ")} |`);
  if (words !== "" && wrong.length > 0) console.error(`${kind.name} wrong: ${wrong.join(", ")}`);
}

// Prints the table of docs/pictures.md: deno run ... tests/pictures/main.ts RUN [COUNT] [test|held] [WORDS]

import { takeDataset } from "@forward-forward/core";
import { loadMnistPart } from "@forward-forward/datasets";
import { readModel } from "../../apps/cli/model_file.ts";
import { measure } from "./measure.ts";

const [run = "runs/pictures", count = "100", part = "held", words = ""] = Deno.args;
const model = await readModel(run);
// The last 10,000 training images, which the model has not seen if it was trained with --validation 10000.
const data = part === "test"
  ? await loadMnistPart("test")
  : await loadMnistPart("train").then((train) => takeDataset(train, 50_000, 60_000));
const readings = await measure(model, data, Number(count), ({ name }) => name.includes(words));
console.log("| picture | right | refused | wrong | wrong at over 0.8 |");
console.log("| --- | ---: | ---: | ---: | ---: |");
for (const { kind, right, refused, wrong, confidentlyWrong, said } of readings) {
  console.log(
    `| ${kind.name} | ${
      kind.digits === 1 ? right : ""
    } | ${refused} | ${wrong.length} | ${confidentlyWrong} |`,
  );
  if (words || Deno.args[4]) console.log([...said], wrong);
}

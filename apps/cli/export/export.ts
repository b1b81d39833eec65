// `ff export`: a saved model as a file that other programs run.

import { ReferenceBackend } from "@forward-forward/core/reference";
import { type Arguments, type Flags, oneOf } from "../shared/arguments.ts";
import { canonicalJson } from "@forward-forward/core/model";
import { EXIT, UsageError } from "../shared/errors.ts";
import { readModel, rebuild } from "../run/model_file.ts";
import { outputFile } from "../run/output_file.ts";

const formats = ["onnx"];

/** The flags of `ff export`. */
export const flags: Flags = {
  format: {
    value: "NAME",
    help: "onnx (default): images in, goodness of each label and label out",
    choices: formats,
  },
  out: { value: "FILE", help: "the file to write, model.onnx beside the model by default" },
  json: { value: "", help: "one JSON object on stdout, nothing else there" },
  help: { value: "", help: "this text" },
};

/** Runs `ff export` and returns its exit code. */
export async function run(args: Arguments): Promise<number> {
  const [path, surplus] = args.rest;
  if (path === undefined) {
    throw new UsageError(
      "export needs a model: ff export RUN, a run folder or a model.safetensors",
    );
  }
  if (surplus !== undefined) throw new UsageError(`export takes one model, got "${surplus}" too`);
  const format = oneOf("format", args.text("format") ?? "onnx", formats);
  const model = await readModel(path);
  const { recipe, seed, epoch, image } = model.info;
  const file = await outputFile(
    args.text("out") ?? model.path.replace(/[^/\\]*$/, "model.onnx"),
    "an ONNX model",
    [model.path],
  );
  // Rebuilt only to be checked: what does not fit its own recipe is refused.
  using backend = new ReferenceBackend();
  using _network = await rebuild(backend, model);
  const { onnxModel } = await import("./onnx_model.ts");
  const bytes = onnxModel(recipe, model.state, image, {
    recipe: canonicalJson(recipe),
    seed: String(seed),
    epoch: String(epoch),
    image: canonicalJson(image),
  });
  await file.write(bytes);
  if (args.given("json")) {
    console.log(JSON.stringify({ event: "done", format, file: file.path, bytes: bytes.length }));
  } else console.log(file.path);
  return EXIT.done;
}

// `ff predict RUN --text TEXT`: a model of text goes on with what it is given.

import { Random } from "@forward-forward/core";
import { oneLine, writeSymbols } from "@forward-forward/core/data";
import { continueText } from "@forward-forward/core/training";
import { type Arguments, decimal, type Flags, whole } from "../shared/arguments.ts";
import { openBackend } from "../shared/backends.ts";
import { EXIT, UsageError } from "../shared/errors.ts";
import { onInterrupt } from "../shared/interrupt.ts";
import { blankOf, TEMPERATURE } from "../kinds/text.ts";
import { type Model, rebuild } from "../run/model_file.ts";

const CHARACTERS = 100;

/** Flags of `ff predict` that are for models of text. */
export const textFlags: Flags = {
  text: { value: "TEXT", help: "what a model of text is to go on with" },
  characters: { value: "N", help: `how many characters it is to write, ${CHARACTERS} by default` },
  temperature: {
    value: "X",
    help:
      `how freely it draws them, ${TEMPERATURE} by default; 0 takes the likeliest character always`,
  },
  seed: { value: "N", help: "what it draws them by, 1 by default" },
};

/** Goes on with a text and returns the exit code. */
export async function predictText(args: Arguments, model: Model): Promise<number> {
  const { info } = model;
  const names = info.names!;
  const given = oneLine(args.text("text")!);
  if (given === "") throw new UsageError("--text is empty: give what the model is to go on with");
  const characters = whole("characters", args.text("characters") ?? String(CHARACTERS), 1);
  const temperature = decimal("temperature", args.text("temperature") ?? String(TEMPERATURE), {
    from: 0,
  });
  const seed = whole("seed", args.text("seed") ?? "1", 0);
  const beginning = encode(given, names);
  const { backend: opened } = await openBackend(args.text("backend") ?? "auto");
  using backend = opened;
  using network = await rebuild(backend, model);
  using interrupt = onInterrupt(() => {});
  const written: number[] = [];
  const options = {
    blank: blankOf(names),
    random: new Random(seed).fork("text"),
    temperature,
    signal: interrupt.signal,
  };
  for await (const symbol of continueText(network, beginning, options)) {
    if (written.push(symbol) === characters) break;
  }
  const text = writeSymbols(written, names);
  const begun = writeSymbols(beginning, names);
  if (!args.given("json")) {
    console.log(begun + text);
    return EXIT.done;
  }
  console.log(JSON.stringify({ event: "text", given: begun, text }));
  const { recipe, epoch } = info;
  console.log(JSON.stringify({
    event: "done",
    backend: backend.name,
    device: backend.device,
    recipe: recipe.name,
    seed: info.seed,
    epochs: epoch,
    characters,
    temperature,
    model: model.path,
  }));
  return EXIT.done;
}

// The symbols of a text. Throws a `UsageError` for one that the model was never shown.
function encode(text: string, names: readonly string[]): number[] {
  return [...text].map((character) => {
    const code = names.indexOf(character);
    const lower = code < 0 ? names.indexOf(character.toLowerCase()) : code;
    if (lower >= 0) return lower;
    throw new UsageError(
      `the model never saw ${JSON.stringify(character)}, and knows ${
        JSON.stringify(names.join(""))
      }: ` +
        `give a text in those`,
    );
  });
}

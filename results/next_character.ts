// `deno task results:next-character FILE.txt [--layers 300,2000,2000,2000] [--epochs N] [--only hard|rollout|none]`: the paper's
// experiment on text, into next_character.json.

import { parseArgs } from "@std/cli/parse-args";
import { createBackend } from "@forward-forward/backend-onnx";
import {
  FFNetwork,
  type Kinds,
  type Recipe,
  type RecipeChanges,
  recipes,
  withKinds,
} from "@forward-forward/core";
import { takeText, type Text } from "@forward-forward/core/data";
import { type ScheduleKind, scheduleKinds } from "@forward-forward/core/training";
import { loadOwnText } from "../apps/cli/own_data/text.ts";

/** Right predictions, as fractions of the characters. */
export interface Accuracies {
  /** By the readout. */
  readout: number;
  /** By the goodness of every symbol, over all layers; null for layers that never learned. */
  goodness: number | null;
}

/** What came of one way to learn. */
export interface NextCharacter {
  /** Where negatives come from, or that the layers stayed as they were drawn. */
  negatives: "hard" | "rollout" | "none: fixed random layers";
  /** Units of the layers. */
  units: number[];
  /** Passes over the strings. */
  epochs: number;
  /** On the strings that were learned from. */
  training: Accuracies;
  /** On strings that were not. */
  heldOut: Accuracies;
  /** Seconds of training. */
  seconds: number;
}

/** What was found. */
export interface TextResults {
  /** The file. */
  text: string;
  /** Numbers of strings. */
  strings: { training: number; heldOut: number };
  /** Right predictions, as fractions, of whoever always says the commonest character. */
  commonest: { training: number; heldOut: number };
  /** The ways to learn. */
  found: NextCharacter[];
}

// As many strings as in the paper.
const STRINGS = 248;

const joint = scheduleKinds.joint!;
// Layers that rest from the first epoch on, so that the readout alone learns.
const resting: ScheduleKind = {
  ...joint,
  create: (...made) => {
    const schedule = joint.create(...made);
    return {
      train: (source, parts, turn) => schedule.train(source, parts, { ...turn, layersRest: true }),
    };
  },
};

async function measure(
  negatives: NextCharacter["negatives"],
  recipe: Recipe,
  kinds: Kinds,
  { train, test }: { train: Text; test: Text },
): Promise<NextCharacter> {
  using backend = await createBackend();
  using network = new FFNetwork(backend, recipe, { seed: 1, kinds });
  const since = performance.now();
  for await (const { epoch, epochs, loss, readoutError } of network.fit(train)) {
    console.log(
      `${negatives}: epoch ${epoch}/${epochs}, loss ${loss.toFixed(3)}, readout right ` +
        `${(100 * (1 - readoutError!)).toFixed(1)} % as it learned`,
    );
  }
  const seconds = Math.round((performance.now() - since) / 1000);
  const learned = negatives !== "none: fixed random layers";
  const accuracies = async (text: Text): Promise<Accuracies> => {
    const { softmaxError, goodnessError } = await network.evaluate(text, { goodness: learned });
    return { readout: 1 - softmaxError!, goodness: goodnessError && 1 - goodnessError };
  };
  return {
    negatives,
    units: recipe.layers.slice(1) as number[],
    epochs: recipe.epochs,
    training: await accuracies(train),
    heldOut: await accuracies(test),
    seconds,
  };
}

// The fraction of characters that are the commonest of those learned from.
function commonest(train: Text, text: Text): number {
  const counts = new Uint32Array(train.classes);
  for (const label of train.labels) counts[label]!++;
  const symbol = counts.indexOf(Math.max(...counts));
  return text.labels.filter((label) => label === symbol).length / text.count;
}

// Networks of one size learn in each way once.
function nameOf({ negatives, units }: NextCharacter): string {
  return `${units.map((n) => String(n).padStart(6, "0"))} ${negatives}`;
}

if (import.meta.main) {
  const { _: [path = ""], layers, epochs, only } = parseArgs(Deno.args, {
    string: ["_", "layers", "epochs", "only"],
  });
  const own = await loadOwnText(String(path));
  if (!own) throw new TypeError(`name a text, with .txt at its end: "${path}" is none`);
  console.log(own.note);
  const { test } = own;
  const train = takeText(own.train, 0, STRINGS);
  const recipe = recipes["next-character"]({
    ...(layers ? { layers: layers.split(",").map(Number) } : {}),
    ...(epochs ? { epochs: Number(epochs) } : {}),
  });
  const file = new URL("next_character.json", import.meta.url);
  const ways: readonly [NextCharacter["negatives"], RecipeChanges, Kinds][] = [
    ["hard", {}, withKinds({})],
    ["rollout", { negatives: "rollout" }, withKinds({})],
    ["none: fixed random layers", {}, withKinds({ schedules: { joint: resting } })],
  ];
  for (const [negatives, changes, kinds] of ways) {
    if (only && !negatives.startsWith(only)) continue;
    const one = await measure(negatives, { ...recipe, ...changes } as Recipe, kinds, {
      train,
      test,
    });
    console.log(JSON.stringify(one));
    const before: TextResults | null = await Deno.readTextFile(file).then(JSON.parse, () => null);
    const result: TextResults = {
      text: String(path).split("/").at(-1)!,
      strings: { training: STRINGS, heldOut: test.symbols.length / test.length },
      commonest: { training: commonest(train, train), heldOut: commonest(train, test) },
      found: [...before?.found.filter((it) => nameOf(it) !== nameOf(one)) ?? [], one]
        .toSorted((a, b) => nameOf(a) < nameOf(b) ? -1 : 1),
    };
    await Deno.writeTextFile(file, JSON.stringify(result, null, 2) + "\n");
  }
}

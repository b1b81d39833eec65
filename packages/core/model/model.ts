// A whole network as the bytes of a file, and back: the `model.safetensors` of `ff train`, which PyTorch reads too.

import { channelsOf } from "../data/dataset.ts";
import { inputWidth } from "../data/options.ts";
import type { Backend, Shape } from "../tensor/backend.ts";
import { firstNotFinite } from "../training/first_not_finite.ts";
import { builtIn, type Kinds } from "../training/kinds.ts";
import { FFNetwork } from "../training/network.ts";
import { TrainingError } from "../training/training_error.ts";
import type { Recipe } from "../training/recipe.ts";
import { learnedShapes, sizedLayers } from "../training/sizes.ts";
import type { NetworkState } from "../training/state.ts";
import { canonicalJson } from "./canonical_json.ts";
import { FORMAT, type ModelInfo, parseModelInfo } from "./model_info.ts";
import { decodeSafetensors, encodeSafetensors, type Safetensors } from "./safetensors.ts";

/** A model read from a file, before there is a network. */
export interface Model {
  /** What it says of itself. */
  info: ModelInfo;
  /** Its tensors. */
  state: NetworkState;
}

/** Options of {@linkcode loadModel}. */
export interface LoadOptions {
  /** What the recipe's words stand for, where they are of kinds of one's own. */
  kinds?: Kinds | undefined;
}

// What the files said that networks were loaded from, for when they are saved again.
const loaded = new WeakMap<FFNetwork, ModelInfo>();

/**
 * The bytes of a network's model file, {@linkcode FFNetwork.state} with what it takes to make the network again. `about` is what else
 * it is to say: by default the data set that it names is the one it was loaded with, or none. Throws a {@linkcode TrainingError} if a weight
 * is not finite, and a `TypeError` for what no model can say.
 *
 * @example
 * ```ts
 * import { FFNetwork, loadModel, recipes, saveModel } from "@forward-forward/core";
 * import { ReferenceBackend } from "@forward-forward/core/reference";
 *
 * using backend = new ReferenceBackend();
 * using network = new FFNetwork(backend, recipes.quick({ layers: [16, 5], classes: 2 }));
 * const bytes = await saveModel(network); // Deno.writeFile("model.safetensors", bytes)
 * using same = await loadModel(backend, bytes);
 * console.log(same.recipe.name); // "quick"
 * ```
 */
export async function saveModel(
  network: FFNetwork,
  about: Partial<ModelInfo> & Readonly<Record<string, unknown>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { recipe, seed, epoch, plane, kinds } = network;
  const before = loaded.get(network);
  const info = {
    dataset: "",
    ...before,
    format: FORMAT,
    recipe,
    seed,
    epoch: before && epoch === 0 ? before.epoch : epoch,
    image: plane ?? before?.image ?? { rows: 1, columns: inputWidth(recipe) },
    ...about,
  };
  const state = await network.state();
  const fault = notFinite(state);
  if (fault !== null) {
    throw new TrainingError(`the network cannot be saved, for ${fault}: lower the learning rate`);
  }
  try {
    parseModelInfo(canonicalJson(info), kinds);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new TypeError(`saveModel: ${error.message}`, { cause: error });
  }
  return encodeModel({ info, state });
}

/**
 * Makes a network of a model file's bytes, which predicts as the one that was saved did; it has no optimizers' moments, and trains from
 * its first epoch. Throws a `SyntaxError` that says what is wrong with the bytes if they are no model, or are not whole, and a `TypeError` or
 * `RangeError` if the tensors are not those of its recipe.
 */
export async function loadModel(
  backend: Backend,
  bytes: Uint8Array,
  { kinds }: LoadOptions = {},
): Promise<FFNetwork> {
  const model = decodeModel(bytes, kinds);
  const fault = notFinite(model.state);
  if (fault !== null) throw new SyntaxError(fault);
  return await buildModel(backend, model, kinds);
}

/** The bytes of a model file. */
export function encodeModel({ info, state }: Model): Uint8Array<ArrayBuffer> {
  return encodeSafetensors(state, { format: "pt", "forward-forward": canonicalJson(info) });
}

/** What the bytes of a model file say. Throws a `SyntaxError` that says what is wrong if they are none. */
export function decodeModel(bytes: Uint8Array, kinds?: Kinds): Model {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const info = parseModelInfo(metadata["forward-forward"], kinds);
  return { info, state: matrices(tensors) };
}

/** Makes a model's network. Throws a `TypeError` or `RangeError`, and leaves nothing behind, if its tensors are not those of its recipe. */
export async function buildModel(
  backend: Backend,
  { info, state }: Model,
  kinds?: Kinds,
): Promise<FFNetwork> {
  const { recipe, seed } = info;
  const fault = misshapen(recipe, state, kinds);
  if (fault !== null) throw new TypeError(fault);
  if (recipe.inputs === "measured" && !state.inputs) {
    throw new TypeError(`"inputs" is missing, by which its recipe has images seen`);
  }
  const grounds = (state.inputs?.shape[1] ?? 2) - 1;
  const channels = channelsOf(info.image);
  if (grounds !== 1 && grounds !== channels) {
    throw new TypeError(
      `"inputs" has the grounds of ${grounds} channels and its images ${channels}`,
    );
  }
  const network = new FFNetwork(backend, recipe, { seed, blank: true, ...(kinds && { kinds }) });
  try {
    network.load(state);
    const known = await network.state({ optimizer: true });
    const surplus = Object.keys(state).find((name) => !Object.hasOwn(known, name));
    if (surplus !== undefined) throw new TypeError(`"${surplus}" has no place in the network`);
  } catch (error) {
    network.dispose();
    throw error;
  }
  loaded.set(network, info);
  return network;
}

/** A file's tensors as a network's. Throws a `SyntaxError` if one is no matrix of numbers. */
export function matrices(tensors: Safetensors["tensors"]): NetworkState {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => {
      if (shape.length !== 2 || !(data instanceof Float32Array)) {
        throw new SyntaxError(`"${name}" is no matrix`);
      }
      return [name, { shape: shape as Shape, data }];
    }),
  );
}

/**
 * Which learned tensor is missing, or of another shape than the recipe makes it, as a clause; null for none. To be asked before
 * memory is taken for the sizes that a file names.
 */
export function misshapen(recipe: Recipe, state: NetworkState, kinds?: Kinds): string | null {
  for (const [name, shape] of Object.entries(learnedShapes(recipe, kinds))) {
    const found = state[name]?.shape;
    if (found?.join() === shape.join()) continue;
    const fault = `"${name}" is ${
      found ? `[${found.join(", ")}]` : "missing"
    } and its recipe makes it [${shape.join(", ")}]`;
    if (!wasDense(recipe, state, kinds).includes(name)) return fault;
    return `${fault}: an earlier build kept it as a dense layer's, with zeros, train it anew`;
  }
  return null;
}

// Weights that could be a dense layer's, are kept otherwise, and are of a dense layer's shape.
function wasDense(recipe: Recipe, state: NetworkState, kinds: Kinds = builtIn): string[] {
  return sizedLayers(recipe, kinds).flatMap(({ kind, size: { inputs, shared, units } }, l) => {
    const name = `layers.${l}.weight`;
    const dense = [inputs + shared, units].join();
    return kind.dense && state[name]?.shape.join() === dense ? [name] : [];
  });
}

/** Which tensor has a number that is not finite, and where, as a clause; null for none. */
export function notFinite(state: NetworkState): string | null {
  for (const [name, { shape: [, columns], data }] of Object.entries(state)) {
    const at = firstNotFinite(data);
    if (at < 0) continue;
    return `"${name}" has ${data[at]} in row ${Math.floor(at / columns)}, column ${at % columns}`;
  }
  return null;
}

/**
 * The Forward-Forward algorithm against an abstract tensor interface: no dependency, no I/O.
 *
 * These are the few nouns that most need. What they are made of, to be varied or used by itself, is in `./tensor`, `./data`,
 * `./layers`, `./rules`, `./scoring`, `./training` and `./model`.
 *
 * @module
 */
import "./dispose_symbols.ts";

export { type Dataset, type Labels, takeDataset } from "./data/dataset.ts";
export type { LayerReport } from "./layers/figures.ts";
export { loadModel, type LoadOptions, saveModel } from "./model/model.ts";
export type { ModelInfo } from "./model/model_info.ts";
export type { RecipeChanges } from "./recipes/changes.ts";
export { recipes } from "./recipes/mod.ts";
export type { Evaluation, Scores } from "./scoring/scoring.ts";
export type { Backend, Tensor, TensorData } from "./tensor/backend.ts";
export { DeviceLostError, UnavailableError } from "./tensor/errors.ts";
export { Random } from "./tensor/random.ts";
export { BestEpoch } from "./training/best_epoch.ts";
export type { Checkpoint } from "./training/checkpoint.ts";
export type { EpochReport, FitOptions, Progress } from "./training/fit.ts";
export { type Kinds, withKinds } from "./training/kinds.ts";
export {
  FFNetwork,
  type ImageSet,
  type NetworkOptions,
  type ScoreOptions,
} from "./training/network.ts";
export type { Recipe } from "./training/recipe.ts";
export { validateRecipe } from "./training/validate_recipe.ts";
export type { NetworkState } from "./training/state.ts";
export { TrainingError } from "./training/training_error.ts";

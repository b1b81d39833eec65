/**
 * Training: recipes, schedules, and the network that they train.
 *
 * @module
 */
import "../dispose_symbols.ts";

export * from "./best_epoch.ts";
export * from "./checkpoint.ts";
export * from "./continue_text.ts";
export * from "./contrasts.ts";
export * from "./dense_state.ts";
export * from "./fit.ts";
export * from "./greedy.ts";
export * from "./joint.ts";
export * from "./kinds.ts";
export * from "./network.ts";
export * from "./recipe.ts";
export * from "./recurrent.ts";
export * from "./rollout.ts";
export * from "./schedule.ts";
export * from "./schedules.ts";
export { inputsOf } from "./input_scale.ts";
export * from "./sizes.ts";
export * from "./state.ts";
export * from "./training_error.ts";
export * from "./update.ts";
export * from "./use.ts";
export * from "./validate_recipe.ts";

/**
 * The Forward-Forward algorithm against an abstract tensor interface: no dependency, no I/O.
 *
 * @module
 */
import "./dispose_symbols.ts";

export * from "./augmentation.ts";
export * from "./backend.ts";
export * from "./best_epoch.ts";
export * from "./columns.ts";
export * from "./dataset.ts";
export * from "./dropout.ts";
export * from "./errors.ts";
export * from "./first_fault.ts";
export * from "./fused.ts";
export * from "./hybrids.ts";
export * from "./images.ts";
export * from "./inputs.ts";
export * from "./layer.ts";
export * from "./layer_trouble.ts";
export * from "./negatives.ts";
export * from "./network.ts";
export * from "./optimizer.ts";
export * from "./pixel_order.ts";
export * from "./random.ts";
export * from "./readout.ts";
export * from "./recipe.ts";
export * from "./recipes.ts";
export * from "./safetensors.ts";
export * from "./scope.ts";
export * from "./scoring.ts";
export * from "./shape.ts";
export * from "./symba.ts";
export * from "./trainer.ts";
export * from "./turn.ts";

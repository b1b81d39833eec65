/**
 * Layers that learn on their own, the readout on top of them, and what their parameters follow.
 *
 * @module
 */
import "../dispose_symbols.ts";

export * from "./dense.ts";
export * from "./figures.ts";
export * from "./initial_weights.ts";
export * from "./kinds.ts";
export * from "./layer.ts";
export * from "./learner.ts";
export * from "./optimizer.ts";
export * from "./plan.ts";
export * from "./readout.ts";
export * from "./trouble.ts";

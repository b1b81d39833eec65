/**
 * Layers that learn on their own, the readout on top of them, and what their parameters follow.
 *
 * @module
 */
import "../dispose_symbols.ts";

export * from "./batch_norm.ts";
export * from "./connection.ts";
export * from "./convolution.ts";
export * from "./convolution_options.ts";
export * from "./dense.ts";
export * from "./ff_convolution.ts";
export * from "./ff_dense.ts";
export * from "./figures.ts";
export * from "./initial_weights.ts";
export * from "./kinds.ts";
export * from "./layer.ts";
export * from "./learner.ts";
export * from "./local.ts";
export * from "./optimizer.ts";
export * from "./plan.ts";
export * from "./readout.ts";
export type { Shortcut, ShortcutOptions } from "./shortcut.ts";
export * from "./trouble.ts";

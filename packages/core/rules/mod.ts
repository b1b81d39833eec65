/**
 * What a layer learns from: the rules that judge its activities.
 *
 * @module
 */
import "../dispose_symbols.ts";

export * from "./competing.ts";
export * from "./kinds.ts";
export * from "./options.ts";
export * from "./projected.ts";
export * from "./rule.ts";
export * from "./symba.ts";
export * from "./threshold.ts";

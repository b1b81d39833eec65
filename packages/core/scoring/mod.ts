/**
 * Forward passes, and what is predicted by them.
 *
 * @module
 */
import "../dispose_symbols.ts";

export * from "./forward.ts";
export * from "./recurrent.ts";
export * from "./scoring.ts";

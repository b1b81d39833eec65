/**
 * The ground floor: the interface that every backend implements, and what backends share to implement it alike.
 *
 * @module
 */
import "../dispose_symbols.ts";

export * from "./backend.ts";
export * from "./by_code.ts";
export * from "./dropout.ts";
export * from "./errors.ts";
export * from "./first_fault.ts";
export * from "./fused.ts";
export * from "./fused_operations.ts";
export * from "./made.ts";
export * from "./map_checks.ts";
export * from "./maps.ts";
export * from "./pick_columns.ts";
export * from "./random.ts";
export * from "./scope.ts";
export * from "./shape.ts";
export * from "./turn.ts";

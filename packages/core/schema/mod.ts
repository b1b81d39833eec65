/**
 * What settings may be, as data: for the options of a layer, rule, schedule or recipe of one's own.
 *
 * @module
 */
import "../dispose_symbols.ts";

export * from "./fault.ts";
export * from "./merge.ts";
export * from "./schema.ts";

/**
 * Models as files: whole networks, and the safetensors format that they are in.
 *
 * @module
 */
import "../dispose_symbols.ts";

export * from "./canonical_json.ts";
export * from "./model.ts";
export * from "./model_info.ts";
export * from "./safetensors.ts";

/**
 * What comes in: labelled data, how it is brought to a device and shown to the first layer, and what negative data is made of.
 *
 * @module
 */
import "../dispose_symbols.ts";

export * from "./around_ground.ts";
export * from "./augmentation.ts";
export * from "./batches.ts";
export * from "./columns.ts";
export * from "./device_text.ts";
export * from "./dataset.ts";
export * from "./hard_negatives.ts";
export * from "./hybrids.ts";
export * from "./images.ts";
export * from "./inputs.ts";
export * from "./negatives.ts";
export * from "./options.ts";
export * from "./pixel_order.ts";
export * from "./source.ts";
export * from "./sources.ts";
export * from "./strings.ts";
export * from "./symbols.ts";
export * from "./text.ts";
export * from "./written_text.ts";

// How the columns of the first layer's input are divided.

import { type InputOptions, inputWidth } from "./options.ts";

/** Columns of the first layer's input that show the label, none where it is not shown there, and that show pixels. */
export function inputColumns(
  options: Pick<InputOptions, "layers" | "classes" | "label">,
): { label: number; pixels: number } {
  const { classes, label: { placement } } = options;
  const covered = placement === "overlay" ? classes : 0;
  const shown = covered > 0 || placement === "append";
  return { label: shown ? classes : 0, pixels: inputWidth(options) - covered };
}

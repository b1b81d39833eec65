// What a recipe says of a convolution, and the windows that it comes to.

import { type Fields, object, oneOf, optional, whole } from "../schema/schema.ts";
import {
  type Convolution,
  convolved,
  type MapShape,
  pooled,
  type Pooling,
} from "../tensor/maps.ts";

/** How maps are pooled. */
export interface PoolingOptions {
  /** What becomes of a window. */
  by: "average" | "max";
  /** Height and width of a window. */
  size: number;
  /** From one window to the next; as far as a window is wide where absent. */
  stride?: number;
}

/** What a convolution in a recipe's `layers` is. */
export interface ConvolutionSettings {
  /** Channels that it makes. */
  channels: number;
  /** Height and width of its windows. */
  size: number;
  /** From one window to the next; 1 where absent. */
  stride?: number;
  /** Rows and columns of zeros around what it is given; half a window where absent, which keeps its size if that is odd. */
  padding?: number;
  /** Groups of channels, each of which sees a part of those before; 1 where absent. */
  groups?: number;
  /** How what it hands on is pooled, if it is. */
  pool?: PoolingOptions;
  /**
   * `"groups"`: images are standardised before, and each label's channels after they were judged, and then pooled (DeeperForward).
   * `"batch"`: each channel is pooled, standardised over the batch, judged as that and handed on (CwComp). `"rows"`, where
   * absent: images are taken as they come, judged, pooled and scaled as the recipe says.
   */
  norm?: "groups" | "batch" | "rows";
}

/** What {@linkcode ConvolutionSettings} may be. */
export const convolutionFields: Fields<ConvolutionSettings> = {
  channels: whole(1),
  size: whole(1),
  stride: optional(whole(1)),
  padding: optional(whole(0)),
  groups: optional(whole(1)),
  pool: optional(object<PoolingOptions>({
    by: oneOf("average", "max"),
    size: whole(1),
    stride: optional(whole(1)),
  })),
  norm: optional(oneOf("groups", "batch", "rows")),
};

/** Its windows on maps of a shape. */
export function windowsOf(
  { channels, size, stride = 1, padding = Math.floor(size / 2), groups = 1 }: ConvolutionSettings,
  input: MapShape,
): Convolution {
  return { input, channels, size, stride, padding, groups };
}

/** How what it makes of maps, which are of a shape, is pooled; null where it is not. */
export function poolingOf({ pool }: ConvolutionSettings, input: MapShape): Pooling | null {
  if (!pool) return null;
  const { by, size, stride = size } = pool;
  return { by, input, size, stride, padding: 0 };
}

/** What of maps of a shape its rule judges: what it makes of them, with batch norm after they were pooled. */
export function judgedOf(settings: ConvolutionSettings, input: MapShape): MapShape {
  const made = convolved(windowsOf(settings, input));
  const pooling = poolingOf(settings, made);
  return settings.norm === "batch" && pooling ? pooled(pooling) : made;
}

// Shortcuts: what a layer hands on, joined by what an earlier one did.

import { object, oneOf, optional, type Schema, whole } from "../schema/schema.ts";
import type { Backend, Tensor } from "../tensor/backend.ts";
import { fusedOperations } from "../tensor/fused.ts";
import { type MapShape, mapWords, type Pooling, volume } from "../tensor/maps.ts";

/** What joins what a layer hands on; it has no weights, and the layer's goodness knows nothing of it. */
export interface ShortcutOptions {
  /** `"add"` adds it, channel by channel; `"concatenate"` puts its channels after the layer's own. */
  by: "add" | "concatenate";
  /** How many layers it leads over, this one included: 2 where absent, and what the layer before was given joins. */
  over?: number;
}

/** What {@linkcode ShortcutOptions} may be, if there are any. */
export const shortcutSchema: Schema<ShortcutOptions> = optional(object<ShortcutOptions>({
  by: oneOf("add", "concatenate"),
  over: optional(whole(2)),
}));

/** A shortcut between maps whose shapes are known. */
export interface Shortcut {
  /** How it joins. */
  by: "add" | "concatenate";
  /** The layer that was given what joins, counted from 0. */
  from: number;
  /** What the layer makes by itself. */
  own: MapShape;
  /** How what joins is pooled, by the average, to be of the same height and width; not where null. */
  pooling: Pooling | null;
  /** What is handed on. */
  joined: MapShape;
}

/**
 * The shortcut of layer `l`, counted from 0, which makes maps of shape `own`; `given` is what it and those before were given. Throws a
 * `RangeError` where they do not fit.
 */
export function planShortcut(
  { by, over = 2 }: ShortcutOptions,
  l: number,
  own: MapShape,
  given: readonly MapShape[],
): Shortcut {
  const from = l + 1 - over;
  const name = `the shortcut of layer ${l + 1}`;
  if (from < 1) {
    throw new RangeError(
      `${name} leads over ${over} layers and needs another before them: give it to a later one, or lead it over fewer`,
    );
  }
  const source = given[from]!;
  const words = `${mapWords(source)} to ${mapWords(own)}`;
  const size = source.rows / own.rows;
  if (!Number.isInteger(size) || source.columns !== size * own.columns) {
    throw new RangeError(
      `${name} leads from maps of ${words}, and they are pooled to a half, a third and so on alone: take images of another ` +
        "size, or layers whose strides and pooling fit",
    );
  }
  if (by === "add" && source.channels !== own.channels) {
    throw new RangeError(
      `${name} adds maps of ${words}: they need as many channels, or concatenate them`,
    );
  }
  const pooling: Pooling | null = size > 1
    ? { by: "average", input: source, size, stride: size, padding: 0 }
    : null;
  const channels = by === "add" ? own.channels : own.channels + source.channels;
  return { by, from, own, pooling, joined: { ...own, channels } };
}

/** What a layer makes by itself, `[rows, columns]`, joined by what `earlier` is, which stays. */
export function join(b: Backend, own: Tensor, earlier: Tensor, shortcut: Shortcut): Tensor {
  const { by, own: map, pooling, joined } = shortcut;
  return b.scope(() => {
    const rows = own.shape[0];
    const source = pooling ? fusedOperations(b).pool(earlier, pooling) : earlier;
    if (by === "add") return b.add(own, source);
    // Channels as rows: all of the layer's above all that join, then in order, image by image.
    const places = map.rows * map.columns;
    const channels = (x: Tensor): Tensor =>
      b.reshape(b.slice(x, 0, rows), [rows * x.shape[1] / places, places]);
    const order = channelOrder(rows, map.channels, joined.channels - map.channels);
    const both = b.concat(channels(own), channels(source));
    const inOrder = b.gather(both, b.upload(order, [order.length, 1]));
    return b.reshape(inOrder, [rows, volume(joined)]);
  });
}

// Where the channels of each image are among the rows: its own, then those that join.
function channelOrder(images: number, own: number, more: number): Int32Array {
  const each = own + more;
  return Int32Array.from({ length: images * each }, (_, i) => {
    const image = Math.floor(i / each);
    const channel = i % each;
    return channel < own ? image * own + channel : images * own + image * more + channel - own;
  });
}

// The layers of a recipe as what they are made of: kinds, sizes and settings.

import type { RuleKinds } from "../rules/kinds.ts";
import { ruleFields } from "../rules/options.ts";
import {
  either,
  type Fields,
  object,
  oneOf,
  optional,
  type Schema,
  whole,
} from "../schema/schema.ts";
import { type MapShape, vector, volume } from "../tensor/maps.ts";
import { type LayerKinds, layerOptions } from "./kinds.ts";
import type { LayerKind, LayerOptions, LayerSettings, LearningEpochs } from "./layer.ts";
import { optimizerSchema } from "./optimizer.ts";
import { planShortcut, type Shortcut, type ShortcutOptions, shortcutSchema } from "./shortcut.ts";

/** A layer, before it is made. */
export interface PlannedLayer {
  /** What makes it. */
  kind: LayerKind;
  /** Its options. */
  options: { kind: string };
  /** What it learns by. */
  settings: LayerSettings;
  /** When it learns; always where null. */
  learns: LearningEpochs | null;
  /** Columns that it is given. */
  inputs: number;
  /** What they are. */
  map: MapShape;
  /** Columns that it makes. */
  units: number;
  /** What joins them. */
  shortcut: Shortcut | null;
  /** Columns that it hands on: its own and those that join. */
  handsOn: number;
}

// What a layer may have of its own. Which data it is excited by is the whole network's, for they go through it one above the other.
type OwnSettings = Omit<LayerSettings, "excitedBy">;

// What a layer of any kind may have.
interface AnyLayer {
  learns?: LearningEpochs;
  shortcut?: ShortcutOptions;
}

/** What {@linkcode LayerSettings} may be. */
export function settingFields(rules: RuleKinds): Fields<LayerSettings> {
  return {
    ...ruleFields(rules),
    initial: oneOf("glorot-uniform", "normal", "kaiming-fan-out"),
    optimizer: optimizerSchema,
  };
}

/** What a layer in a recipe may be. */
export function layerSchema(layers: LayerKinds, rules: RuleKinds): Schema<LayerOptions> {
  const { excitedBy: _, ...own } = settingFields(rules);
  const names = Object.keys(own) as (keyof OwnSettings)[];
  const learns = optional(object<LearningEpochs>({ from: whole(1), to: whole(1) }));
  const kinds = Object.entries(layers).map(([kind, { options }]) =>
    object(
      { kind: { const: kind }, ...options, ...own, learns, shortcut: shortcutSchema } as Fields<
        OwnSettings
      >,
      ...names,
    )
  );
  return either(whole(1), { type: "object", oneOf: kinds } as Schema<{ kind: string }>);
}

/** The parts of a recipe that say what an image is. */
export interface ImageOptions {
  /** The width of the input first. */
  layers: readonly unknown[];
  /** What its pixels are; a square image where this is absent and their number is a square. */
  image?: MapShape | null;
  /** Of how many frames it is made; one where absent. */
  frames?: number;
}

/** What the first layer is shown at a time: the image, or a frame of it. */
export function shownShape({ layers: [width], image, frames = 1 }: ImageOptions): MapShape {
  if (image) return { ...image, channels: image.channels / frames };
  const pixels = width as number / frames;
  const side = Math.sqrt(pixels);
  return Number.isInteger(side) ? { channels: 1, rows: side, columns: side } : vector(pixels);
}

/** The layers of a recipe whose layers are sound, from the first hidden one. Throws a `RangeError` where a kind refuses its inputs. */
export function planLayers(
  recipe: LayerSettings & Omit<ImageOptions, "layers"> & { layers: readonly LayerOptions[] },
  kinds: LayerKinds,
): PlannedLayer[] {
  const { excitedBy, loss, threshold, goodness, peer, initial, optimizer } = recipe;
  const shared: LayerSettings = { excitedBy, loss, threshold, goodness, peer, initial, optimizer };
  const given = [shownShape(recipe)];
  return recipe.layers.slice(1).map((layer, l) => {
    const map = given[l]!;
    const options = layerOptions(layer);
    const kind = kinds[options.kind]!;
    const ownSettings = Object.entries(options)
      .filter(([name, value]) => name in shared && value !== undefined);
    const inputs = volume(map);
    const made = kind.units(options, inputs, map);
    const own = typeof made === "number" ? vector(made) : made;
    const units = volume(own);
    if (!Number.isSafeInteger(units) || units < 1) {
      throw new RangeError(
        `a layer of kind "${options.kind}" says that it hands on ${units} columns`,
      );
    }
    const settings = { ...shared, ...Object.fromEntries(ownSettings) };
    const { learns = null, shortcut: leads } = options as AnyLayer;
    const shortcut = leads ? planShortcut(leads, l, own, given) : null;
    const next = shortcut?.joined ?? own;
    given.push(next);
    return {
      kind,
      options,
      settings,
      learns,
      inputs,
      map,
      units,
      shortcut,
      handsOn: volume(next),
    };
  });
}

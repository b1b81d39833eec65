// The layers of a recipe as what they are made of: kinds, sizes and settings.

import type { RuleKinds } from "../rules/kinds.ts";
import { ruleFields } from "../rules/options.ts";
import { either, type Fields, object, oneOf, type Schema, whole } from "../schema/schema.ts";
import { type LayerKinds, layerOptions } from "./kinds.ts";
import type { LayerKind, LayerOptions, LayerSettings } from "./layer.ts";
import { optimizerSchema } from "./optimizer.ts";

/** A layer, before it is made. */
export interface PlannedLayer {
  /** What makes it. */
  kind: LayerKind;
  /** Its options. */
  options: { kind: string };
  /** What it learns by. */
  settings: LayerSettings;
  /** Columns that it is given. */
  inputs: number;
  /** Columns that it hands on. */
  units: number;
}

// What a layer may have of its own. Which data it is excited by is the whole network's, for they go through it one above the other.
type OwnSettings = Omit<LayerSettings, "excitedBy">;

/** What {@linkcode LayerSettings} may be. */
export function settingFields(rules: RuleKinds): Fields<LayerSettings> {
  return {
    ...ruleFields(rules),
    initial: oneOf("glorot-uniform", "normal"),
    optimizer: optimizerSchema,
  };
}

/** What a layer in a recipe may be. */
export function layerSchema(layers: LayerKinds, rules: RuleKinds): Schema<LayerOptions> {
  const { excitedBy: _, ...own } = settingFields(rules);
  const names = Object.keys(own) as (keyof OwnSettings)[];
  const kinds = Object.entries(layers).map(([kind, { options }]) =>
    object({ kind: { const: kind }, ...options, ...own } as Fields<OwnSettings>, ...names)
  );
  return either(whole(1), { type: "object", oneOf: kinds } as Schema<{ kind: string }>);
}

/** The layers of a recipe whose layers are sound, from the first hidden one. Throws a `RangeError` where a kind refuses its inputs. */
export function planLayers(
  recipe: LayerSettings & { layers: readonly LayerOptions[] },
  kinds: LayerKinds,
): PlannedLayer[] {
  const { excitedBy, loss, threshold, goodness, peer, initial, optimizer } = recipe;
  const shared: LayerSettings = { excitedBy, loss, threshold, goodness, peer, initial, optimizer };
  let inputs = recipe.layers[0] as number;
  return recipe.layers.slice(1).map((layer) => {
    const options = layerOptions(layer);
    const kind = kinds[options.kind]!;
    const own = Object.entries(options)
      .filter(([name, value]) => name in shared && value !== undefined);
    const units = kind.units(options, inputs);
    if (!Number.isSafeInteger(units) || units < 1) {
      throw new RangeError(
        `a layer of kind "${options.kind}" says that it hands on ${units} columns`,
      );
    }
    const settings = { ...shared, ...Object.fromEntries(own) };
    const planned = { kind, options, settings, inputs, units };
    inputs = units;
    return planned;
  });
}

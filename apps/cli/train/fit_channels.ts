// As many channels as make equal groups for the labels there are.

import { type Recipe, recipes } from "@forward-forward/core";
import type { ConvolutionOptions, LayerOptions } from "@forward-forward/core/layers";
import { ruleKinds, type RuleOptions } from "@forward-forward/core/rules";

/**
 * The hidden layers of a recipe for so many labels: where groups of channels compete for them, as many channels as it has or a few
 * more, and a group of windows for each label where it has one for each of its own. Layers that were asked for stay as they are, and those
 * between which there are shortcuts stay what they are to each other.
 */
export function fitChannels(recipe: Recipe, classes: number): LayerOptions[] {
  const own = recipes[recipe.name as keyof typeof recipes]?.();
  const groups = (channels: number): number => Math.ceil(channels / classes) * classes;
  const convolutions = own?.layers.filter(isConvolution) ?? [];
  const fewest = Math.min(...convolutions.map(({ channels }) => channels));
  const joined = convolutions.some(({ shortcut }) => shortcut);
  return recipe.layers.slice(1).map((layer, l) => {
    if (!own || !isConvolution(layer) || !isSame(layer, own.layers[l + 1])) return layer;
    const { loss } = { ...recipe, ...layer as Partial<RuleOptions> };
    if (ruleKinds[loss.kind]!.byLabels !== "groups") return layer;
    const channels = joined ? layer.channels / fewest * groups(fewest) : groups(layer.channels);
    return { ...layer, channels, ...layer.groups === own.classes ? { groups: classes } : {} };
  });
}

function isConvolution(
  layer: LayerOptions,
): layer is ConvolutionOptions & Exclude<LayerOptions, number> {
  return typeof layer === "object" && layer.kind === "convolution";
}

function isSame(a: LayerOptions, b: LayerOptions | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

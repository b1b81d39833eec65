// Where in an image the layers of a network of maps find what speaks for each label.

import type { FFNetwork, Tensor } from "@forward-forward/core";
import {
  bytesOf,
  type Data,
  type ImageSize,
  type Labels,
  sourceName,
} from "@forward-forward/core/data";
import { planLayers } from "@forward-forward/core/layers";
import type { AnyData } from "../kinds/kind.ts";
import { kindOf } from "../kinds/kinds.ts";
import { goodnessUnit } from "./curves.ts";
import { type Html, html } from "./html.ts";
import { section } from "./page.ts";
import { weightPicture } from "./pictures.ts";
import type { Shown } from "./shown.ts";

// Images, layers and labels that are shown: more would not be looked at.
const IMAGES = 5;
const LAYERS = 3;
const LABELS = 12;

/** What a layer finds in an image. */
export interface LayerMaps {
  /** The layer, from 0. */
  layer: number;
  /** What the goodness of a label is. */
  unit: string;
  /** Height and width of its maps. */
  size: ImageSize;
  /** The mean at each place over each label's channels, `[rows, columns]` each. */
  groups: Float32Array[];
}

/** What the first layers find in one of the test images. */
export interface ImageMaps {
  /** The image. */
  index: number;
  /** Its label. */
  truth: number;
  /** Layer by layer. */
  layers: LayerMaps[];
}

/**
 * The goodness of every label at every place, of the first test image of each of some labels, in the first layers whose channels
 * compete in groups; null where there are none.
 */
export async function goodnessMaps(
  network: FFNetwork,
  test: AnyData,
): Promise<ImageMaps[] | null> {
  const { backend: b, layers, forward, recipe, kinds } = network;
  const planned = planLayers(recipe, kinds.layers);
  const shown = planned
    .flatMap(({ kind, options, map, settings }, layer) => {
      const judged = kind.judged?.(options, map, settings);
      const { loss } = settings;
      if (!judged || kinds.rules[loss.kind]!.byLabels !== "groups") return [];
      const squares = !("of" in loss && loss.of === "activities");
      return [{ layer, judged, squares, unit: goodnessUnit(settings) }];
    })
    .slice(0, LAYERS);
  const last = shown.at(-1)?.layer;
  if (last === undefined || sourceName(test) !== "images") return null;
  const { classes } = recipe;
  const indices = firstOfEach(test.labels, classes).slice(0, IMAGES);
  // No more of them goes to the device than holds these.
  const some = kindOf(test).take(test, 0, indices.at(-1)! + 1);
  using source = await kinds.sources["images"]!
    .open(b, recipe, some as Data, { scale: network.inputs });
  const activities = b.scope(() => {
    const at = Int32Array.from(indices);
    const given: Tensor[] = [source.encode(b.upload(at, [indices.length, 1])).pixels];
    return layers.slice(0, last + 1).map((layer, l) => {
      const activity = layer.activity(given[l]!, null);
      given.push(forward.next(l, activity, given));
      return activity.s;
    });
  });
  const read = await b.read(activities);
  for (const tensor of activities) tensor.dispose();
  return indices.map((index, i) => ({
    index,
    truth: test.labels[index]!,
    layers: shown.map(({ layer, judged, squares, unit }) => {
      const volume = bytesOf(judged);
      const own = (read[layer] as Float32Array).subarray(i * volume, (i + 1) * volume);
      const { rows, columns } = judged;
      const groups = mapsOf(own, { classes, places: rows * columns, squares });
      return { layer, unit, size: { rows, columns }, groups };
    }),
  }));
}

// The first image of each label, in the order of the images.
function firstOfEach(labels: Labels, classes: number): number[] {
  const found = Array.from({ length: classes }, (_, label) => labels.indexOf(label));
  return found.filter((index) => index >= 0).toSorted((a, b) => a - b);
}

/** For each label the mean at each place over its channels of activities `[channels, places]`, or of their squares. */
export function mapsOf(
  activities: Float32Array,
  { classes, places, squares }: { classes: number; places: number; squares: boolean },
): Float32Array[] {
  const channels = activities.length / places / classes;
  return Array.from(
    { length: classes },
    (_, label) =>
      Float32Array.from({ length: places }, (_, place) => {
        let sum = 0;
        for (let channel = 0; channel < channels; channel++) {
          const value = activities[(label * channels + channel) * places + place]!;
          sum += squares ? value * value : value;
        }
        return sum / channels;
      }),
  );
}

/** A section that shows them. */
export function mapsSection(images: readonly ImageMaps[], { label, item }: Shown): Html {
  const [{ layers }] = images as [ImageMaps];
  return section(
    "Where layers find goodness",
    html`
      <p>
        Some test images, and for each label what its group of channels makes of every place: the
        deeper the orange, the more speaks for the label there. The maps of an image in a layer share
        a scale; its own label is marked.
      </p>
    `,
    layers.map(({ layer, unit }, l) =>
      html`
        <h3>Layer ${layer + 1}: ${unit}</h3>
        ${images.map(({ index, truth, layers }) => {
          const { size, groups } = layers[l]!;
          const scale = Math.max(...groups.map((map) => map.reduce((a, b) => Math.max(a, b), 0)));
          const one = (shown: number): Html => {
            const { url, width, height } = weightPicture(groups[shown]!, { ...size, scale });
            const alt = `image ${index} in layer ${layer + 1}, label ${label(shown)}`;
            const name = shown === truth ? html`<strong>${label(shown)}</strong>` : label(shown);
            return html`
              <figure>
                <img src="${url}" width="${width}" height="${height}" alt="${alt}">
                <figcaption>${name}</figcaption>
              </figure>
            `;
          };
          return html`
            <div class="maps">
              <figure>${item(index)}</figure>
              ${mostExcited(groups, truth).map(one)}
            </div>
          `;
        })}
      `
    ),
  );
}

// All labels, or of many those that have the most goodness, the right one among them.
function mostExcited(groups: readonly Float32Array[], truth: number): number[] {
  const sums = groups.map((map) => map.reduce((sum, value) => sum + value, 0));
  return sums.map((_, label) => label)
    .toSorted((a, b) => Number(b === truth) - Number(a === truth) || sums[b]! - sums[a]!)
    .slice(0, LABELS)
    .toSorted((a, b) => a - b);
}

// Groups of a layer's channels that compete for the label: one for each, and no negative data.

import type { Tensor } from "../tensor/backend.ts";
import type { Activity } from "../tensor/fused_operations.ts";
import { fusedOperations } from "../tensor/fused.ts";
import { oneOf } from "../schema/schema.ts";
import type { RuleKind } from "./rule.ts";

/** Selects competing groups. */
export interface CompetingOptions {
  /** Selects them. */
  kind: "competing";
  /** What a group's goodness is the mean or the sum of: DeeperForward takes the activities, CwComp their squares. */
  of: "activities" | "squares";
}

const NO_GROUPS =
  "groups that compete are of layers whose units come in a group for each label: give the layer kind " +
  `"convolution", or another rule`;

/**
 * A layer has a group of units for each label, and learns by the cross-entropy of the softmax over the groups' goodness: from
 * images and their labels alone, in one pass. CwComp (Papachristodoulou and others, 2024) and DeeperForward (Sun and others, 2025).
 *
 * With `p` the softmax and `t` the one-hot label, the derivative by an activity `y` of group `k` is `(p_k - t_k)` times the scale
 * of goodness, where `y` is not zero, and `2 y` times that for squares.
 */
export const competing: RuleKind<CompetingOptions> = {
  options: { of: oneOf("activities", "squares") },
  byLabels: "groups",
  threshold: false,
  check: (_, { map, classes }) => {
    if (!map) throw new RangeError(NO_GROUPS);
    if (map.channels % classes === 0) return;
    throw new RangeError(
      `${map.channels} channels make no equal groups for ${classes} labels: take a multiple`,
    );
  },
  create: ({ of }, { backend: b, goodnessScale, classes }) => {
    if (classes === undefined) throw new RangeError(NO_GROUPS);
    const fused = fusedOperations(b);
    const goodness = ({ s, squares }: Activity): Tensor<"f32"> =>
      b.reshape(b.affine(squares, goodnessScale, 0), [s.shape[0] / classes, classes]);
    return {
      measure: of === "activities" ? (s) => b.sum(s, "columns") : undefined,
      evidence: (activity) => b.scope(() => goodness(activity)),
      delta: (activity, images, figures, _pull, labels) => {
        if (!labels) throw new TypeError("groups compete for labels, and there are none");
        const { s } = activity;
        const weight = (of === "squares" ? 2 : 1) * goodnessScale / images;
        return b.scope(() => {
          const delta = fused.compete(goodness(activity), labels, weight, figures);
          const scales = b.reshape(delta, [s.shape[0], 1]);
          return of === "squares" ? b.mul(s, scales) : fused.gateRows(s, scales);
        });
      },
    };
  },
};

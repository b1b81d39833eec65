// An epoch, as metrics.jsonl has it.

import type { EpochReport, Evaluation } from "@forward-forward/core";

/** The line of an epoch: what was learned, and how the held-out images judged it, if there are any. */
export function epochEvent(
  { validation: _, ...report }: EpochReport,
  judged: Evaluation | null | undefined,
  trainSeconds: number,
): Record<string, unknown> {
  return {
    event: "epoch",
    ...report,
    validationError: judged?.error ?? null,
    validationLayerErrors: judged?.layerErrors ?? null,
    trainSeconds,
  };
}

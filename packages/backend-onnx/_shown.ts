// The labels that rows show, where each shows one: their weights need no product then.

import type { Host } from "./_fused.ts";
import type { HostTensor } from "./_memory.ts";

/** What each row of a layer's own inputs shows: at most one label. */
export interface Shown extends Disposable {
  /** Its number, `i32` `[rows, 1]`; 0 where a row shows none. */
  labels: HostTensor;
  /** How strongly, `[rows, 1]`; 0 where it shows none. */
  strengths: HostTensor;
}

/** What the rows of `inputs` show; `null` where one shows more than one label. */
export function shownIn(operation: string, inputs: HostTensor, make: Host["make"]): Shown | null {
  const [rows, columns] = inputs.shape;
  const labels = make(operation, [rows, 1], "i32");
  const strengths = make(operation, [rows, 1]);
  const shown: Shown = {
    labels,
    strengths,
    [Symbol.dispose](): void {
      labels.dispose();
      strengths.dispose();
    },
  };
  const [x, label, strength] = [inputs.data, labels.data, strengths.data];
  label.fill(0);
  strength.fill(0);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) {
      if (x[at] === 0) continue;
      if (strength[i] !== 0) {
        shown[Symbol.dispose]();
        return null;
      }
      label[i] = j;
      strength[i] = x[at]!;
    }
  }
  return shown;
}

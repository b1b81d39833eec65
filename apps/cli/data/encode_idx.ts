// IDX, written.

import type { IdxImages, IdxLabels } from "@forward-forward/datasets";

/** The bytes of an IDX file. */
export function encodeIdx(content: IdxImages | IdxLabels): Uint8Array {
  const dimensions = content.kind === "images"
    ? [content.count, content.rows, content.columns]
    : [content.count];
  const header = 4 + 4 * dimensions.length;
  const bytes = new Uint8Array(header + content.data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0800 + dimensions.length);
  dimensions.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  bytes.set(content.data, header);
  return bytes;
}

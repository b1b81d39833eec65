// The activities of a layer's units, a square each.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

const COLUMNS = 25;

/** Which units fire and how much, beside the most that one does. */
export function Units({ activity }: { activity: Float32Array }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const rows = Math.ceil(activity.length / COLUMNS);
  useEffect(() => {
    const context = canvas.current!.getContext("2d")!;
    const image = context.createImageData(COLUMNS, rows);
    const most = activity.reduce((a, b) => Math.max(a, b), 1e-9);
    activity.forEach((s, i) => image.data.set([20, 120, 190, Math.round(255 * s / most)], 4 * i));
    context.putImageData(image, 0, 0);
  }, [activity]);
  return <canvas class="units" ref={canvas} width={COLUMNS} height={rows} aria-hidden="true" />;
}

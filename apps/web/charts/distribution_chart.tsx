// Two distributions of goodness about the threshold that is to part them.

import type { JSX } from "preact";
import type { Distribution } from "../shared/events.ts";
import { figure } from "../page/words.ts";

const WIDTH = 300;
const HEIGHT = 110;
const BASE = 92;

/** What {@linkcode DistributionChart} draws. */
export interface DistributionChartProps {
  /** What it is of. */
  title: string;
  /** The counts. */
  distribution: Distribution;
}

/** The share of images in each bin under the right and under the wrong labels, and the threshold. */
export function DistributionChart({ title, distribution }: DistributionChartProps): JSX.Element {
  const { to, positive, negative, threshold } = distribution;
  const shares = [positive, negative].map((counts) => {
    const all = counts.reduce((a, b) => a + b, 0) || 1;
    return Array.from(counts, (n) => n / all);
  });
  const most = Math.max(...shares.flat()) || 1;
  const at = Math.min(1, threshold / to) * WIDTH;
  const above = (counts: Uint32Array): number => share(counts, threshold, to);
  const words =
    `${whole(above(positive))} of right labels and ${
      whole(above(negative))
    } of wrong ones lie above ` +
    `the threshold of ${figure(threshold)}.`;
  return (
    <figure class="distribution">
      <figcaption>
        <b>{title}</b>{" "}
        <small>
          above {figure(threshold)}: {whole(above(positive))} right, {whole(above(negative))} wrong
        </small>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Goodness in ${title}. ${words}`}
      >
        <path class="negative" d={steps(shares[1]!, most)} />
        <path class="positive" d={steps(shares[0]!, most)} />
        <line class="axis" x1={0} x2={WIDTH} y1={BASE} y2={BASE} />
        <line class="threshold" x1={at} x2={at} y1={2} y2={BASE} />
        <text x={2} y={BASE + 14}>0</text>
        <text x={WIDTH - 2} y={BASE + 14} text-anchor="end">{figure(to)}</text>
        {at > 30 && at < WIDTH - 40 && (
          <text x={at} y={BASE + 14} text-anchor="middle">θ {figure(threshold)}</text>
        )}
      </svg>
    </figure>
  );
}

// The outline of bars.
function steps(shares: readonly number[], most: number): string {
  const width = WIDTH / shares.length;
  const points = shares.map((share, bin) => {
    const y = (BASE - (BASE - 6) * share / most).toFixed(1);
    return `L${(bin * width).toFixed(1)} ${y}L${((bin + 1) * width).toFixed(1)} ${y}`;
  });
  return `M0 ${BASE}${points.join("")}L${WIDTH} ${BASE}Z`;
}

// How much lies above a value, bins being taken as even.
function share(counts: Uint32Array, value: number, to: number): number {
  const all = counts.reduce((a, b) => a + b, 0) || 1;
  const bin = value / to * counts.length;
  return counts.reduce((sum, n, i) => sum + n * Math.max(0, Math.min(1, i + 1 - bin)), 0) / all;
}

function whole(fraction: number): string {
  return `${Math.round(100 * fraction)} %`;
}

// Default bodies of the operations on maps: windows are gathered, and the rest is products and sums of rows.

import type { Backend, Tensor } from "./backend.ts";
import type { ChannelNumbers, MapOperations } from "./fused_operations.ts";
import {
  channelPatches,
  type Convolution,
  convolved,
  patches,
  pooled,
  type Pooling,
  transposition,
  volume,
} from "./maps.ts";
import {
  requireChannels,
  requireConvolution,
  requirePooling,
  requireScales,
} from "./map_checks.ts";
import { pickColumns } from "./pick_columns.ts";
import { describe } from "./shape.ts";

// Numbers in unfolded windows at a time: 32 MiB.
const UNFOLDED = 2 ** 23;

/** The composed bodies of the operations on maps. */
export function composedMaps(b: Backend): MapOperations {
  const columns = (x: Tensor, map: Int32Array<ArrayBuffer>, from?: number, to?: number): Tensor =>
    pickColumns(b, x, map, from, to);
  // The windows of one group of channels, `[rows * places, inputs]`.
  const windows = (x: Tensor, c: Convolution, group: number, from: number, to: number): Tensor => {
    const channels = c.input.channels / c.groups;
    const found = columns(x, patches(c, group * channels, (group + 1) * channels), from, to);
    const inputs = channels * c.size ** 2;
    return b.reshape(found, [(to - from) * found.shape[1] / inputs, inputs]);
  };
  const groupsOf = ({ groups }: Convolution): number[] =>
    Array.from({ length: groups }, (_, group) => group);
  // What `of` makes of some rows at a time, so that their windows stay small.
  const inRuns = (
    rows: number,
    c: Convolution,
    of: (from: number, to: number) => Tensor,
    join: (a: Tensor, b: Tensor) => Tensor,
  ): Tensor => {
    const { rows: down, columns: across } = convolved(c);
    const row = down * across * c.input.channels / c.groups * c.size ** 2;
    const run = Math.max(1, Math.floor(UNFOLDED / row));
    let all: Tensor | null = null;
    for (let from = 0; from < rows; from += run) {
      all = b.scope(() => {
        const one = of(from, Math.min(from + run, rows));
        return all ? join(all, one) : one;
      });
    }
    return all!;
  };
  // The logarithm of the sum of exponentials of each row, half of the columns with the other half: `log(exp x + exp y)` is
  // `x + softplus(y - x)`.
  const logOfSums = (x: Tensor): Tensor => {
    const both = (x: Tensor, y: Tensor): Tensor => b.add(x, b.softplus(b.sub(y, x)));
    const from = (x: Tensor, start: number, count: number): Tensor =>
      columns(x, Int32Array.from({ length: count }, (_, i) => start + i));
    let rest: Tensor | null = null;
    while (x.shape[1] > 1) {
      const half = Math.floor(x.shape[1] / 2);
      if (x.shape[1] % 2 === 1) {
        const odd = from(x, 2 * half, 1);
        rest = rest ? both(rest, odd) : odd;
      }
      x = both(from(x, 0, half), from(x, half, half));
    }
    return rest ? both(x, rest) : x;
  };
  // For a shape of its own.
  const copy = (x: Tensor): Tensor => b.slice(x, 0, x.shape[0]);
  // Windows of pooling, one a row.
  const pooledWindows = (x: Tensor, p: Pooling): Tensor =>
    b.reshape(columns(x, channelPatches(p)), [x.shape[0] * volume(pooled(p)), p.size ** 2]);

  return {
    convolve(x: Tensor, weights: Tensor, c: Convolution): Tensor {
      requireConvolution("convolve", x, c, { weights });
      const { rows, columns: across } = convolved(c);
      const [places, channels] = [rows * across, c.channels / c.groups];
      return b.scope(() =>
        b.relu(inRuns(x.shape[0], c, (from, to) => {
          const n = to - from;
          const parts = groupsOf(c).map((group) => {
            const own = b.slice(weights, group * channels, (group + 1) * channels);
            const y = b.matmul(windows(x, c, group, from, to), own, { transposeB: true });
            // From place by place to channel by channel.
            return columns(
              b.reshape(y, [n, places * channels]),
              transposition(places, channels),
            );
          });
          // From group by group to image by image.
          const order = Int32Array.from(
            { length: n * c.groups },
            (_, i) => i % c.groups * n + Math.floor(i / c.groups),
          );
          const all = parts.reduce((above, below) => b.concat(above, below));
          const images = b.gather(all, b.upload(order, [order.length, 1]));
          return b.reshape(images as Tensor<"f32">, [n, c.channels * places]);
        }, (above, below) => b.concat(above, below)))
      );
    },

    convolveGradient(x: Tensor, delta: Tensor, c: Convolution): Tensor {
      requireConvolution("convolveGradient", x, c, { delta });
      const { rows, columns: across } = convolved(c);
      const [places, channels] = [rows * across, c.channels / c.groups];
      return b.scope(() =>
        inRuns(x.shape[0], c, (from, to) =>
          groupsOf(c).map((group) => {
            // From channel by channel to place by place, of the group's channels alone.
            const map = transposition(channels, places)
              .map((at) => group * channels * places + at);
            const own = b.reshape(columns(delta, map, from, to), [(to - from) * places, channels]);
            return b.matmul(own, windows(x, c, group, from, to), { transposeA: true }) as Tensor;
          }).reduce((above, below) => b.concat(above, below)), (one, other) => b.add(one, other))
      );
    },

    pool(x: Tensor, p: Pooling): Tensor {
      requirePooling("pool", x, p);
      return b.scope(() => {
        const windows = pooledWindows(x, p);
        const found = p.by === "max"
          ? b.max(windows, "columns")
          : b.affine(b.sum(windows, "columns"), 1 / p.size ** 2, 0);
        return b.reshape(found, [x.shape[0], volume(pooled(p))]);
      });
    },

    unpool(x: Tensor, delta: Tensor, p: Pooling): Tensor {
      requirePooling("unpool", x, p, delta);
      const taps = p.size ** 2;
      return b.scope(() => {
        const count = x.shape[0] * volume(pooled(p));
        const column = b.reshape(copy(delta), [count, 1]);
        const shares = p.by === "max"
          ? b.mul(b.oneHot(b.argmax(pooledWindows(x, p)), taps), column)
          : b.affine(b.add(b.fill([count, taps], 0), column), 1 / taps, 0);
        const all = b.reshape(shares, [x.shape[0], volume(pooled(p)) * taps]);
        return slotsOf(p).map((map) => columns(all, map))
          .reduce((sum, one) => b.add(sum, one));
      });
    },

    standardiseRows(x: Tensor, epsilon: number): Tensor {
      return b.scope(() => {
        const share = 1 / x.shape[1];
        const centred = b.sub(x, b.affine(b.sum(x, "columns"), share, 0));
        const variance = b.affine(b.sum(b.mul(centred, centred), "columns"), share, epsilon);
        return b.div(centred, b.sqrt(variance));
      });
    },

    gateRows(s: Tensor, scales: Tensor): Tensor {
      requireScales(s, scales);
      return b.scope(() => {
        const silent = b.equal(s, b.fill([1, 1], 0));
        return b.mul(b.affine(silent, -1, 1), scales);
      });
    },

    squaresOfRows: (s: Tensor): Tensor => b.scope(() => b.sum(b.mul(s, s), "columns")),

    channelMeans(x: Tensor, other: Tensor | null, channels: number): Tensor {
      requireChannels("channelMeans", x, channels, { maps: other, rows: [] });
      return b.scope(() => {
        const [images, places] = [x.shape[0], x.shape[1] / channels];
        const sums = b.sum(
          b.reshape(other ? b.mul(x, other) : copy(x), [images * channels, places]),
          "columns",
        );
        return b.affine(
          b.sum(b.reshape(sums, [images, channels]), "rows"),
          1 / (images * places),
          0,
        );
      });
    },

    scaleChannels(x: Tensor, { shift, scale, other }: ChannelNumbers): Tensor {
      const channels = shift.shape[1];
      requireChannels("scaleChannels", x, channels, {
        maps: other ? other.x : null,
        rows: [shift, scale, ...other ? [other.slope] : []],
      });
      const [images, places] = [x.shape[0], x.shape[1] / channels];
      const rows = (x: Tensor): Tensor => b.reshape(copy(x), [images * channels, places]);
      const repeated = (row: Tensor): Tensor =>
        b.reshape(b.add(b.fill([images, channels], 0), row), [images * channels, 1]);
      return b.scope(() => {
        const shifted = b.sub(rows(x), repeated(shift));
        const rest = other ? b.sub(shifted, b.mul(rows(other.x), repeated(other.slope))) : shifted;
        return b.reshape(b.mul(rest, repeated(scale)), x.shape);
      });
    },

    compete(goodness: Tensor, labels: Tensor, weight: number, figures: Tensor): Tensor {
      const classes = goodness.shape[1];
      if (labels.shape.join() !== goodness.shape.join() || figures.shape.join() !== "4,1") {
        throw new TypeError(
          `compete: ${describe(labels)} and ${describe(figures)} do not fit ${describe(goodness)}`,
        );
      }
      return b.scope(() => {
        const e = b.exp(b.sub(goodness, b.max(goodness, "columns")));
        const p = b.div(e, b.sum(e, "columns"));
        const total = logOfSums(goodness);
        const right = b.sum(b.mul(goodness, labels), "columns");
        const wrong = b.affine(
          b.sub(b.sum(goodness, "columns"), right),
          1 / Math.max(1, classes - 1),
          0,
        );
        const loss = b.sum(b.sub(total, right), "rows");
        const sums = [loss, loss, b.sum(right, "rows"), b.sum(wrong, "rows")];
        b.assign(
          figures,
          b.add(figures, sums.reduce((above, below) => b.concat(above, below)) as Tensor<"f32">),
        );
        return b.affine(b.sub(p, labels), weight, 0);
      });
    },
  };
}

// For each number of a map the places that it has in windows, in as few lists as they take; -1 where there are no more.
function slotsOf(p: Pooling): Int32Array<ArrayBuffer>[] {
  const lists: Int32Array<ArrayBuffer>[] = [];
  const found = new Int32Array(volume(p.input));
  channelPatches(p).forEach((from, slot) => {
    const list = lists[found[from]!] ??= new Int32Array(found.length).fill(-1);
    list[from] = slot;
    found[from]!++;
  });
  return lists;
}

// Operations on maps: windows by ONNX Runtime's own operators, the gradient of a convolution some images at a time.

import {
  type ChannelNumbers,
  type Convolution,
  convolved,
  describe,
  type MapOperations,
  type MapShape,
  pooled,
  type Pooling,
  requireChannels,
  requireConvolution,
  requirePooling,
  requireScales,
  type Tensor,
  volume,
  weightShape,
} from "@forward-forward/core/tensor";
import type { Chain } from "./_models.ts";
import type { Host } from "./_fused.ts";
import type { HostTensor } from "./_memory.ts";
import { unpoolMaps } from "./_unpool.ts";

// Numbers in unfolded windows at a time: 4 MiB, which a core's cache holds a good part of.
const UNFOLDED = 2 ** 20;
const ADD = { keep: 1, share: 1 };

const dims = (n: number, { channels, rows, columns }: MapShape): number[] => [
  n,
  channels,
  rows,
  columns,
];

/** The operations on maps on a host. */
export function mapsOn(host: Host): MapOperations {
  const { engine, loops, floats, make } = host;

  // `columns` `[inputs of a window, images * places]` of one group's windows in some images, which lie padded in `padded`.
  const unfold = (
    padded: HostTensor,
    to: HostTensor,
    { input, size, stride, padding, groups }: Convolution,
    group: number,
    { rows, columns }: MapShape,
    image: number,
  ): void => {
    const [height, width] = [input.rows + 2 * padding, input.columns + 2 * padding];
    const channels = input.channels / groups;
    const pitch = to.shape[1];
    const line = 4 * width * stride;
    let y = to.at + 4 * image * rows * columns;
    for (let channel = group * channels; channel < (group + 1) * channels; channel++) {
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
          const x = padded.at + 4 * ((channel * height + row) * width + column);
          if (stride === 1) loops.copyRows(x, y, rows, columns, line, 4 * columns);
          else loops.pickRows(x, y, rows, columns, line, 4 * columns, stride);
          y += 4 * pitch;
        }
      }
    }
  };

  // One group's channels of an image with zeros around each: `padded` has them already.
  const pad = (
    at: number,
    padded: HostTensor,
    { input, padding, groups }: Convolution,
    group: number,
  ): void => {
    const [height, width] = [input.rows + 2 * padding, input.columns + 2 * padding];
    const channels = input.channels / groups;
    for (let channel = group * channels; channel < (group + 1) * channels; channel++) {
      const x = at + 4 * channel * input.rows * input.columns;
      const y = padded.at + 4 * ((channel * height + padding) * width + padding);
      loops.copyRows(x, y, input.rows, input.columns, 4 * input.columns, 4 * width);
    }
  };

  const gradient = (x: HostTensor, delta: HostTensor, c: Convolution): HostTensor => {
    const made = convolved(c);
    const places = made.rows * made.columns;
    const [total, inputs] = weightShape(c);
    const channels = total / c.groups;
    const sum = make("convolveGradient", [total, inputs]);
    sum.data.fill(0);
    const sides = (c.input.rows + 2 * c.padding) * (c.input.columns + 2 * c.padding);
    const n = x.shape[0];
    const run = Math.min(n, Math.max(1, Math.floor(UNFOLDED / (inputs * places))));
    using padded = make("convolveGradient", [1, c.input.channels * sides]);
    padded.data.fill(0);
    for (let from = 0; from < n; from += run) {
      const images = Math.min(run, n - from);
      using windows = make("convolveGradient", [inputs, images * places]);
      using own = make("convolveGradient", [channels, images * places]);
      for (let group = 0; group < c.groups; group++) {
        for (let image = 0; image < images; image++) {
          const at = from + image;
          pad(x.at + 4 * at * x.shape[1], padded, c, group);
          unfold(padded, windows, c, group, made, image);
          loops.copyRows(
            delta.at + 4 * (at * delta.shape[1] + group * channels * places),
            own.at + 4 * image * places,
            channels,
            places,
            4 * places,
            4 * images * places,
          );
        }
        const data = sum.data.subarray(group * channels * inputs, (group + 1) * channels * inputs);
        const part = { data, shape: [channels, inputs] as const };
        engine.product({ a: own, b: windows, c: part, transposeB: true, mix: ADD });
      }
    }
    return sum;
  };

  return {
    convolve(x: Tensor, weights: Tensor, c: Convolution): Tensor {
      requireConvolution("convolve", x, c, { weights });
      const from = floats("convolve", x);
      const w = floats("convolve", weights);
      const { size, stride, padding, groups, input } = c;
      const made = convolved(c);
      const y = make("convolve", [x.shape[0], volume(made)]);
      const chain: Chain = {
        inputs: { x: 4, w: 4 },
        nodes: [
          {
            opType: "Conv",
            attributes: {
              kernel_shape: [size, size],
              strides: [stride, stride],
              pads: [padding, padding, padding, padding],
              group: groups,
            },
          },
          { opType: "Relu" },
        ],
      };
      const kernel = [c.channels, input.channels / groups, size, size];
      engine.run(chain, {
        x: { data: from.data, dims: dims(x.shape[0], input) },
        w: { data: w.data, dims: kernel },
      }, { data: y.data, dims: dims(x.shape[0], made) });
      return y;
    },

    convolveGradient(x: Tensor, delta: Tensor, c: Convolution): Tensor {
      requireConvolution("convolveGradient", x, c, { delta });
      const found = [floats("convolveGradient", x), floats("convolveGradient", delta)] as const;
      return gradient(...found, c);
    },

    pool(x: Tensor, p: Pooling): Tensor {
      requirePooling("pool", x, p);
      const from = floats("pool", x);
      const { size, stride } = p;
      const y = make("pool", [x.shape[0], volume(pooled(p))]);
      const opType = p.by === "max" ? "MaxPool" : "AveragePool";
      const attributes = { kernel_shape: [size, size], strides: [stride, stride] };
      engine.run(
        { inputs: { x: 4 }, nodes: [{ opType, attributes }] },
        { x: { data: from.data, dims: dims(x.shape[0], p.input) } },
        { data: y.data, dims: dims(x.shape[0], pooled(p)) },
      );
      return y;
    },

    standardiseRows(x: Tensor, epsilon: number): Tensor {
      const from = floats("standardiseRows", x);
      const y = make("standardiseRows", x.shape);
      loops.standardiseRows(from.at, y.at, ...x.shape, epsilon);
      return y;
    },

    gateRows(s: Tensor, scales: Tensor): Tensor {
      const from = floats("gateRows", s);
      const column = floats("gateRows", scales);
      const each = requireScales(s, scales);
      const y = make("gateRows", s.shape);
      if (each) loops.gate(from.at, column.at, y.at, s.shape[0] * s.shape[1]);
      else loops.gateRows(from.at, column.at, y.at, ...s.shape);
      return y;
    },

    squaresOfRows(s: Tensor): Tensor {
      const from = floats("squaresOfRows", s);
      const y = make("squaresOfRows", [s.shape[0], 1]);
      loops.rowSquares(from.at, y.at, ...s.shape);
      return y;
    },

    channelMeans(x: Tensor, other: Tensor | null, channels: number): Tensor {
      const from = floats("channelMeans", x);
      const times = other && floats("channelMeans", other);
      requireChannels("channelMeans", x, channels, { maps: other, rows: [] });
      const [rows, places] = [x.shape[0] * channels, x.shape[1] / channels];
      const y = make("channelMeans", [1, channels]);
      using sums = make("channelMeans", [rows, 1]);
      if (times) loops.rowProducts(from.at, times.at, sums.at, rows, places);
      else loops.rowSums(from.at, sums.at, rows, places);
      const found = new Float64Array(channels);
      const each = sums.data;
      for (let i = 0; i < rows; i++) found[i % channels]! += each[i]!;
      const to = y.data;
      for (let c = 0; c < channels; c++) to[c] = found[c]! / (x.shape[0] * places);
      return y;
    },

    scaleChannels(x: Tensor, { shift, scale, other }: ChannelNumbers): Tensor {
      const operation = "scaleChannels";
      const from = floats(operation, x);
      const [less, by] = [floats(operation, shift), floats(operation, scale)];
      const [maps, slope] = other
        ? [floats(operation, other.x), floats(operation, other.slope)]
        : [];
      const channels = shift.shape[1];
      requireChannels(operation, x, channels, {
        maps: other?.x ?? null,
        rows: [shift, scale, ...other ? [other.slope] : []],
      });
      const y = make(operation, x.shape);
      const places = x.shape[1] / channels;
      for (let image = 0; image < x.shape[0]; image++) {
        const at = 4 * image * x.shape[1];
        const to = y.at + at;
        if (maps && slope) {
          loops.shiftRowsBy(
            from.at + at,
            maps.at + at,
            less.at,
            slope.at,
            by.at,
            to,
            channels,
            places,
          );
        } else loops.shiftRows(from.at + at, less.at, by.at, to, channels, places);
      }
      return y;
    },

    unpool(x: Tensor, delta: Tensor, p: Pooling): Tensor {
      requirePooling("unpool", x, p, delta);
      const [a, d] = [floats("unpool", x), floats("unpool", delta)];
      const y = make("unpool", x.shape);
      const { rows, columns } = pooled(p);
      // By far the commonest: windows of two by two, side by side, that leave nothing out.
      const pairs = p.by === "max" && p.size === 2 && p.stride === 2 &&
        2 * rows === p.input.rows && 2 * columns === p.input.columns && columns >= 4;
      if (pairs) loops.unpoolPairs(a.at, d.at, y.at, d.data.length / columns, columns);
      else unpoolMaps(a.data, d.data, y.data, p);
      return y;
    },

    compete(goodness: Tensor, labels: Tensor, weight: number, figures: Tensor): Tensor {
      const [g, t, sums] = [goodness, labels, figures].map((x) => floats("compete", x)) as [
        HostTensor,
        HostTensor,
        HostTensor,
      ];
      const [rows, classes] = goodness.shape;
      if (labels.shape.join() !== goodness.shape.join() || figures.shape.join() !== "4,1") {
        throw new TypeError(
          `compete: ${describe(labels)} and ${describe(figures)} do not fit ${describe(goodness)}`,
        );
      }
      const y = make("compete", goodness.shape);
      const [to, from, right] = [y.data, g.data, t.data];
      const found = [0, 0, 0];
      for (let at = 0; at < rows * classes; at += classes) {
        let most = -Infinity;
        for (let k = at; k < at + classes; k++) most = Math.max(most, from[k]!);
        let total = 0;
        for (let k = at; k < at + classes; k++) total += to[k] = Math.exp(from[k]! - most);
        let [own, all] = [0, 0];
        for (let k = at; k < at + classes; k++) {
          to[k] = weight * (to[k]! / total - right[k]!);
          own += from[k]! * right[k]!;
          all += from[k]!;
        }
        found[0]! += most + Math.log(total) - own;
        found[1]! += own;
        found[2]! += (all - own) / Math.max(1, classes - 1);
      }
      const figure = sums.data;
      [found[0]!, found[0]!, found[1]!, found[2]!].forEach((sum, i) => figure[i]! += sum);
      return y;
    },
  };
}

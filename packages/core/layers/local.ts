// Local receptive fields whose weights are not shared: a dense layer most of whose weights stay zero.

import { optional, whole } from "../schema/schema.ts";
import type { Backend, Tensor } from "../tensor/backend.ts";
import { Made } from "../tensor/made.ts";
import {
  type MapShape,
  mapWords,
  patches,
  volume,
  windowed,
  type Windows,
} from "../tensor/maps.ts";
import { type DenseGradients, FFDense } from "./ff_dense.ts";
import type { LayerContext, LayerKind } from "./layer.ts";
import type { Parameter } from "./optimizer.ts";

/** Local receptive fields in a recipe's `layers`. */
export interface LocalOptions {
  /** Selects them. */
  kind: "local";
  /** Units at each place. */
  channels: number;
  /** Height and width of a field. */
  size: number;
  /** From one field to the next, down and across; 1 where absent. */
  stride?: number;
  /** Rows and columns of nothing around what it is given, that fields may reach into; half a field where absent. */
  padding?: number;
}

function windowsOf(
  { size, stride = 1, padding = Math.floor(size / 2) }: LocalOptions,
  input: MapShape,
): Windows {
  return { input, size, stride, padding };
}

// 1 where a unit sees a column of its input, `[columns, units]`, and how many it sees. Units are channel by channel.
function fieldsOf(
  { channels }: LocalOptions,
  windows: Windows,
): { mask: Float32Array<ArrayBuffer>; seen: Float32Array } {
  const { rows, columns } = windowed(windows);
  const places = rows * columns;
  const units = channels * places;
  const map = patches(windows);
  const inputs = map.length / places;
  const mask = new Float32Array(volume(windows.input) * units);
  const seen = new Float32Array(units);
  for (let place = 0; place < places; place++) {
    for (const from of map.subarray(place * inputs, (place + 1) * inputs)) {
      if (from < 0) continue;
      for (let channel = 0; channel < channels; channel++) {
        mask[from * units + channel * places + place] = 1;
        seen[channel * places + place]!++;
      }
    }
  }
  return { mask, seen };
}

/**
 * A dense layer whose units see a square of their input each, and weights that no other unit has. What they do not see has weights
 * of zero: a product with them costs less than one that picks out the fields. Labels are seen by all.
 */
export class FFLocal extends FFDense {
  readonly #backend: Backend;
  // What of the weights there is, of those of its pixels or of the map before it.
  readonly #mask: Tensor;

  /** Draws initial weights from `random`, as large as is right for the field that a unit sees. */
  constructor(options: LocalOptions, context: LayerContext) {
    super(context);
    const { backend, size } = context;
    this.#backend = backend;
    using made = new Made();
    made.own({ [Symbol.dispose]: () => super[Symbol.dispose]() });
    const { value } = this.#masked;
    const [columns, units] = value.shape;
    const { map } = size;
    const { mask, seen } = fieldsOf(options, windowsOf(options, map));
    // A label may be written over the first pixels: the last columns are there.
    const kept = mask.slice(mask.length - columns * units);
    this.#mask = made.own(backend.upload(kept, value.shape));
    backend.scope(() => {
      const larger = seen.map((n) => Math.sqrt((size.inputs + size.shared) / n));
      const drawn = backend.mul(backend.mul(value, this.#mask), backend.upload(larger, [1, units]));
      backend.assign(value, drawn);
    });
    made.keep();
  }

  /** Updates the layer; see {@linkcode FFDense.apply}. */
  override apply(gradients: DenseGradients, batchPairs: number, gain: number): void {
    super.apply(gradients, batchPairs, gain);
    const b = this.#backend;
    const { value } = this.#masked;
    b.assign(value, b.mul(value, this.#mask));
  }

  /** Frees its tensors. */
  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#mask.dispose();
  }

  get #masked(): Parameter {
    return this.shared ?? this.weights;
  }
}

/** Local receptive fields: {@linkcode FFLocal}. */
export const local: LayerKind<LocalOptions> = {
  options: {
    channels: whole(1),
    size: whole(1),
    stride: optional(whole(1)),
    padding: optional(whole(0)),
  },
  units: (options, inputs, map) => {
    const { size, padding } = windowsOf(options, map);
    if (map.rows * map.columns === 1 && size > 1) {
      throw new RangeError(
        `fields of ${size}x${size} are of neighbours, and of the ${inputs} columns that they are given none are: say in ` +
          "image which channels, rows and columns they are, and put them before dense layers",
      );
    }
    const { rows, columns } = windowed(windowsOf(options, map));
    if (rows < 1 || columns < 1 || padding >= size) {
      throw new RangeError(
        `fields of ${size}x${size} with ${padding} around do not all see something of maps of ${
          mapWords(map)
        }: take ` +
          "smaller ones, or a padding below their size",
      );
    }
    return { channels: options.channels, rows, columns };
  },
  shapes: (_, { inputs, shared, units }) => ({
    weight: [inputs + shared, units],
    bias: [1, units],
  }),
  sharesInputs: true,
  create: (options, context) => new FFLocal(options, context),
};

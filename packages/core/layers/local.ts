// Local receptive fields whose weights are not shared: of each unit only those that there are.

import { optional, whole } from "../schema/schema.ts";
import {
  fieldShape,
  type MapShape,
  mapWords,
  patches,
  type ReceptiveFields,
  volume,
  windowed,
} from "../tensor/maps.ts";
import { type Connect, DenseConnection, FieldConnection } from "./connection.ts";
import { FFDense } from "./ff_dense.ts";
import { initialDraw } from "./initial_weights.ts";
import type { HostMatrix, Layer, LayerContext, LayerKind, LayerSize } from "./layer.ts";
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

function fieldsOf(
  { channels, size, stride = 1, padding = Math.floor(size / 2) }: LocalOptions,
  input: MapShape,
): ReceptiveFields {
  return { input, channels, size, stride, padding };
}

// Which column of what they are given units see, by the rows of their weights: -1 for none, where a field reaches beyond the map, or under
// a label that is written over its first pixels.
function seenBy(fields: ReceptiveFields, columns: number): Int32Array<ArrayBuffer> {
  const covered = volume(fields.input) - columns;
  return patches(fields).map((from) => Math.max(-1, from - covered));
}

// The columns that fields see are shared where there are shared ones, and what is not is seen by all.
const columnsOf = ({ inputs, shared }: LayerSize): number => shared > 0 ? shared : inputs;

function connect(options: LocalOptions): Connect {
  return ({ backend, size, settings, random, blank }, parameter) => {
    const { inputs, shared, units, map } = size;
    const fields = fieldsOf(options, map);
    const draw = initialDraw(blank ? null : settings.initial, inputs + shared, random, units);
    const own = shared > 0
      ? new DenseConnection(
        backend,
        parameter(Float32Array.from({ length: inputs * units }, draw), [inputs, units]),
      )
      : null;
    const shape = fieldShape(fields);
    const drawn = drawFields(fields, columnsOf(size), inputs + shared, draw);
    const local = new FieldConnection(backend, fields, parameter(drawn, shape));
    return own ? { own, shared: local } : { own: local, shared: null };
  };
}

// Weights as large as is right for the field that a unit sees, where `draw` draws them for so many `inputs`. What is not there has zeros, and
// keeps them: its gradient is zero.
function drawFields(
  fields: ReceptiveFields,
  columns: number,
  inputs: number,
  draw: () => number,
): Float32Array<ArrayBuffer> {
  const [units, size] = fieldShape(fields);
  const inMap = patches(fields);
  const seen = seenBy(fields, columns);
  const drawn = new Float32Array(units * size);
  for (let unit = 0; unit < units; unit++) {
    const from = Math.floor(unit / fields.channels) * size;
    const count = inMap.subarray(from, from + size).filter((column) => column >= 0).length;
    for (let i = 0; i < size; i++) {
      if (seen[from + i]! >= 0) drawn[unit * size + i] = Math.sqrt(inputs / count) * draw();
    }
  }
  return drawn;
}

/**
 * A layer whose units see a square of their input each, with weights that no other unit has: {@linkcode FieldConnection}. Labels are
 * seen by all.
 */
export class FFLocal extends FFDense {
  /** Draws initial weights from `random`, as large as is right for the field that a unit sees. */
  constructor(options: LocalOptions, context: LayerContext) {
    super(context, connect(options));
  }

  /** `weight`, of the fields, `dense_weight`, of what all see, if there is anything, and `bias`. */
  override get parameters(): Record<string, Parameter[]> {
    const { own, shared, bias } = this;
    return shared
      ? { weight: [shared.weights], dense_weight: [own.weights], bias: [bias] }
      : { weight: [own.weights], bias: [bias] };
  }

  /** None: its weights are no matrix of those that it sees. */
  override get learnWhole(): Layer["learnWhole"] {
    return undefined;
  }
}

// The weights of a dense layer that makes the same of its input: zeros where a unit sees nothing.
function denseWeights(
  options: LocalOptions,
  size: LayerSize,
  tensors: Readonly<Record<string, HostMatrix>>,
): HostMatrix {
  const weight = tensors.weight!;
  const { inputs, shared, units, map } = size;
  const { channels } = options;
  const width = weight.shape[1];
  const places = units / channels;
  const data = new Float32Array((inputs + shared) * units);
  if (shared > 0) data.set(tensors.dense_weight!.data);
  const first = shared > 0 ? inputs : 0;
  seenBy(fieldsOf(options, map), columnsOf(size)).forEach((column, i) => {
    if (column < 0) return;
    const [place, tap] = [Math.floor(i / width), i % width];
    for (let channel = 0; channel < channels; channel++) {
      data[(first + column) * units + channel * places + place] = weight
        .data[(place * channels + channel) * width + tap]!;
    }
  });
  return { shape: [inputs + shared, units], data };
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
    const { size, padding } = fieldsOf(options, map);
    if (map.rows * map.columns === 1 && size > 1) {
      throw new RangeError(
        `fields of ${size}x${size} are of neighbours, and of the ${inputs} columns that they are given none are: say in ` +
          "image which channels, rows and columns they are, and put them before dense layers",
      );
    }
    const { rows, columns } = windowed(fieldsOf(options, map));
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
  shapes: (options, { inputs, shared, units, map }) => ({
    weight: fieldShape(fieldsOf(options, map)),
    ...shared > 0 && { dense_weight: [inputs, units] as const },
    bias: [1, units],
  }),
  sharesInputs: true,
  dense: denseWeights,
  create: (options, context) => new FFLocal(options, context),
};

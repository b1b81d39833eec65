// What of a network is kept, by name, and how it goes to the host and back.

import type { Backend, Shape, Tensor } from "../tensor/backend.ts";
import type { Layer } from "../layers/layer.ts";
import type { Learner } from "../layers/learner.ts";
import type { Readout } from "../layers/readout.ts";

/** Named tensors on the host, `layers.0.weight` and so on. */
export type NetworkState = Record<string, { shape: Shape; data: Float32Array }>;

/** A name, and the tensors whose rows, one below the other, it stands for. */
export interface Slot {
  /** As in a {@linkcode NetworkState}. */
  name: string;
  /** On the device. */
  tensors: Tensor<"f32">[];
  /** Of all the rows together. */
  shape: Shape;
  /** Whether it is an optimizer's: of no use but for more training. */
  moment: boolean;
}

/** What learns, by the name that its tensors begin with. */
export type Named = readonly (readonly [name: string, learner: Learner])[];

/** The layers and the readout, if there is one, by their names. */
export function named(layers: readonly Layer[], readout: Readout | null): Named {
  const all: [string, Learner][] = layers.map((layer, l) => [`layers.${l}`, layer]);
  return readout ? [...all, ["readout", readout]] : all;
}

/** What makes a model and, with `moments`, what its optimizers remember. */
export function modelSlots(learners: Named, moments: boolean): Slot[] {
  const slots: Slot[] = [];
  const add = (name: string, tensors: Tensor<"f32">[], moment: boolean): void => {
    const rows = tensors.reduce((sum, { shape }) => sum + shape[0], 0);
    slots.push({ name, tensors, moment, shape: [rows, tensors[0]!.shape[1]] });
  };
  for (const [learner, { parameters, buffers }] of learners) {
    for (const [name, parts] of Object.entries(parameters)) {
      add(`${learner}.${name}`, parts.map(({ value }) => value), false);
      for (const moment of moments ? Object.keys(parts[0]!.moments) : []) {
        add(`${learner}.${name}.${moment}`, parts.map((part) => part.moments[moment]!), true);
      }
    }
    for (const [name, tensor] of Object.entries(buffers)) {
      add(`${learner}.${name}`, [tensor], false);
    }
  }
  return slots;
}

/** The running figures of the epoch under way. */
export function runningSlots(learners: Named): Slot[] {
  return learners.flatMap(([learner, { running }]) =>
    Object.entries(running).map(([name, tensor]) => {
      return { name: `${learner}.${name}`, tensors: [tensor], shape: tensor.shape, moment: false };
    })
  );
}

/** Copies slots to the host, all in one wait. */
export async function readSlots(backend: Backend, slots: readonly Slot[]): Promise<NetworkState> {
  const data = await backend.read(slots.flatMap(({ tensors }) => tensors));
  return Object.fromEntries(slots.map(({ name, tensors, shape }) => {
    const joined = new Float32Array(shape[0] * shape[1]);
    let offset = 0;
    for (const _ of tensors) {
      const part = data.shift()!;
      joined.set(part, offset);
      offset += part.length;
    }
    return [name, { shape, data: joined }];
  }));
}

/** Gives slots the values of a state. Throws a `TypeError`, before anything is changed, if one is missing or does not fit. */
export function writeSlots(backend: Backend, slots: readonly Slot[], state: NetworkState): void {
  for (const { name, shape } of slots) {
    const given = state[name];
    if (!given) throw new TypeError(`the state has no tensor "${name}"`);
    if (given.shape.join() !== shape.join() || given.data.length !== shape[0] * shape[1]) {
      throw new TypeError(
        `"${name}" is [${given.shape.join(", ")}] in the state and [${
          shape.join(", ")
        }] in the network`,
      );
    }
  }
  for (const { name, tensors } of slots) {
    let offset = 0;
    for (const tensor of tensors) {
      const size = tensor.shape[0] * tensor.shape[1];
      const part = state[name]!.data.subarray(offset, offset + size);
      backend.assign(tensor, backend.upload(part, tensor.shape));
      offset += size;
    }
  }
}

// Units that are known to be silent for every row of a batch before they are computed: most of the dead ones.

import type { HostTensor } from "./_memory.ts";

// Twice the unit roundoff of an f32, for each of a product's terms.
const ROUNDING = 2 ** -23;

/**
 * What is known of a layer's units on inputs that it sees again and again. A row's pre-activation `x · w + b` can rise
 * by at most `|x| |w - w'| + b - b'` since the weights were `w'` and `b'`, by Cauchy's and Schwarz's inequality: a unit
 * that was as far below zero for every row is silent still, and neither its activities, which are zeros, nor its gradient
 * need be computed.
 */
export class SilentUnits {
  // The length of the longest row of inputs.
  readonly #reach: number;
  // Of each unit: the most it was before the ReLU when it was last computed, and its weights and bias then.
  readonly #top: Float64Array;
  readonly #weights: Float32Array;
  readonly #bias: Float32Array;

  /** Of a layer's units, none of which is known to be silent, for rows of inputs no longer than `reach`. */
  constructor(weights: HostTensor, reach: number) {
    const [inputs, units] = weights.shape;
    this.#reach = reach;
    this.#top = new Float64Array(units).fill(Infinity);
    this.#weights = new Float32Array(inputs * units);
    this.#bias = new Float32Array(units);
  }

  /** Which units may be heard by now, 1 for those and 0 for the others. */
  audible(weights: HostTensor, bias: HostTensor): Uint8Array {
    const [inputs, units] = weights.shape;
    const moved = new Float64Array(units);
    const length = new Float64Array(units);
    const [w, old] = [weights.data as Float32Array, this.#weights];
    for (let at = 0; at < w.length; at += units) {
      for (let j = 0; j < units; j++) {
        const [now, then] = [w[at + j]!, old[at + j]!];
        moved[j]! += (now - then) * (now - then);
        length[j]! += now * now + then * then;
      }
    }
    return Uint8Array.from({ length: units }, (_, j) => {
      const [now, then] = [bias.data[j]!, this.#bias[j]!];
      const size = this.#reach * Math.sqrt(2 * length[j]!) + Math.abs(now) + Math.abs(then);
      const most = this.#top[j]! + this.#reach * Math.sqrt(moved[j]!) + now - then;
      // What is not a number is heard.
      return most + (inputs + 1) * ROUNDING * size < 0 ? 0 : 1;
    });
  }

  /** Takes in what some units were at most before the ReLU, with the weights that they have. */
  heard(
    units: Int32Array,
    top: ArrayLike<number>,
    weights: HostTensor,
    bias: HostTensor,
  ): void {
    const all = this.#bias.length;
    units.forEach((unit, i) => {
      this.#top[unit] = top[i]!;
      this.#bias[unit] = bias.data[unit]!;
    });
    const [w, old] = [weights.data as Float32Array, this.#weights];
    for (let at = 0; at < w.length; at += all) {
      for (let i = 0; i < units.length; i++) old[at + units[i]!] = w[at + units[i]!]!;
    }
  }
}

// Sums along a row are of every eighth column each, and of those at its end that do not fill a turn.
const LANES = 8;

/**
 * The units of `order` that may be heard, and as many others that there are at least `least`. Each keeps its lane in the
 * sums along a row, and its turn there, so that it makes no difference to a bit of such a sum which of the silent ones,
 * of which it gets zeros, are left out: after training was resumed, none is known.
 */
export function inLanes(order: Int32Array, audible: Uint8Array, least: number): Int32Array {
  const units = order.length;
  const full = units - units % LANES;
  const lanes = Array.from({ length: LANES }, (_, lane) => {
    const own = order.subarray(0, full).filter((_, i) => i % LANES === lane);
    const heard = own.filter((unit) => audible[unit] === 1);
    return { heard: heard.length, units: [...heard, ...own.filter((unit) => audible[unit] === 0)] };
  });
  const turns = Math.max(Math.ceil(least / LANES), ...lanes.map(({ heard }) => heard));
  const rest = order.subarray(full);
  if (turns * LANES >= full) return order;
  return Int32Array.from([
    ...Array.from(
      { length: turns * LANES },
      (_, i) => lanes[i % LANES]!.units[Math.floor(i / LANES)]!,
    ),
    ...rest.some((unit) => audible[unit] === 1) ? rest : [],
  ]);
}

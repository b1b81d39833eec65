// How a network sees its inputs, as a part of its state.

import { type InputScale, PLAIN } from "../data/inputs.ts";
import type { NetworkState } from "./state.ts";

/** The name that it has in a state: `[1, 1 + grounds]`, one level or one a channel, and what the label is multiplied with. */
export const INPUTS = "inputs";

/** A state with how its network sees inputs. */
export function withInputs(state: NetworkState, { ground, label }: InputScale): NetworkState {
  const data = Float32Array.from([ground, label].flat());
  return { ...state, [INPUTS]: { shape: [1, data.length], data } };
}

/** How inputs are seen by what is in a state; plain where it says nothing, as older ones do. Throws a `TypeError` if that cannot be. */
export function inputsOf({ [INPUTS]: inputs }: NetworkState): InputScale {
  if (!inputs) return PLAIN;
  const grounds = Array.from(inputs.data.slice(0, -1));
  const label = inputs.data.at(-1) ?? 0;
  const isLevel = (level: number): boolean => Number.isInteger(level) && level >= 0 && level <= 255;
  const sound = inputs.shape.join() === `1,${grounds.length + 1}` && grounds.length > 0 &&
    grounds.every(isLevel) && label > 0 && Number.isFinite(label);
  if (sound) return { ground: grounds.length === 1 ? grounds[0]! : grounds, label };
  throw new TypeError(
    `"${INPUTS}" must be a level, or one a channel, and what the label is multiplied with, [1, 2] or wider, got ` +
      `[${inputs.data}] as [${inputs.shape.join(", ")}]`,
  );
}

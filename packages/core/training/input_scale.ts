// How a network sees its inputs, as a part of its state.

import { type InputScale, PLAIN } from "../data/inputs.ts";
import type { NetworkState } from "./state.ts";

/** The name that it has in a state: `[1, 2]`, a grey level and what the label is multiplied with. */
export const INPUTS = "inputs";

/** A state with how its network sees inputs. */
export function withInputs(state: NetworkState, { ground, label }: InputScale): NetworkState {
  return { ...state, [INPUTS]: { shape: [1, 2], data: Float32Array.of(ground, label) } };
}

/** How inputs are seen by what is in a state; plain where it says nothing, as older ones do. Throws a `TypeError` if that cannot be. */
export function inputsOf({ [INPUTS]: inputs }: NetworkState): InputScale {
  if (!inputs) return PLAIN;
  const [ground, label] = inputs.data;
  const sound = inputs.shape.join() === "1,2" && ground! >= 0 && ground! <= 255 &&
    Number.isInteger(ground) && label! > 0 && Number.isFinite(label);
  if (sound) return { ground: ground!, label: label! };
  throw new TypeError(
    `"${INPUTS}" must be a grey level and what the label is multiplied with, [1, 2], got ` +
      `[${inputs.data}] as [${inputs.shape.join(", ")}]`,
  );
}

// What was found of the next character of a text, for the page.

import type { TextResults } from "./next_character.ts";

const COMMAND = "deno task results:next-character";

// What others have reached with negatives of the same make, by goodness, on the strings that were learned from.
const OTHERS_LAYERS = "500-500-500";
const OTHERS: Readonly<Record<string, string>> = { hard: "53.0 %", rollout: "34.1 %" };
const NAMES: Readonly<Record<string, string>> = {
  hard: "teacher-forced",
  rollout: "rolled out",
  "none: fixed random layers": "fixed random layers, a readout on them",
};

/** The rows of right predictions of the next character. */
export function textRows({ found, commonest }: TextResults): string[][] {
  const share = (x: number | null): string => x === null ? "" : percent(x);
  return [
    ...found.map(({ negatives, units, epochs, training, heldOut }) => [
      units.join("-"),
      NAMES[negatives]!,
      String(epochs),
      `**${share(training.readout)}**`,
      share(training.goodness),
      units.join("-") === OTHERS_LAYERS ? OTHERS[negatives] ?? "" : "",
      share(heldOut.readout),
      share(heldOut.goodness),
    ]),
    [
      "",
      "always the commonest",
      "",
      share(commonest.training),
      "",
      "19.6 %",
      share(commonest.heldOut),
      "",
    ],
  ];
}

/** What is told before those. */
export function textLead({ text, strings }: TextResults): string {
  return `\`${COMMAND} ${text}\` (\`--layers\`, \`--epochs\`): the next character of ${text}, ` +
    `${strings.training} strings, seed 1: how many are predicted rightly, of the strings that were learned from and of ` +
    `${strings.heldOut} others. The paper has no figure but that both makes of ` +
    `negatives do nearly the same, and better than fixed random layers; what others have reached is by goodness, with ${OTHERS_LAYERS}.`;
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}

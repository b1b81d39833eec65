// What a report shows of a kind of data.

import type { Dataset } from "@forward-forward/core";
import {
  bytesOf,
  channelsOf,
  sourceName,
  type Text,
  writeSymbols,
} from "@forward-forward/core/data";
import { kindOf } from "../kinds/kinds.ts";
import type { AnyData } from "../kinds/kind.ts";
import { type Html, html, type Piece } from "./html.ts";
import { section } from "./page.ts";
import { picture } from "./pictures.ts";
import type { RunLog } from "./run_log.ts";

/** What a report shows of some test data. */
export interface Shown {
  /** What is predicted, several of them. */
  items: string;
  /** What a label is called. */
  label(label: number): string;
  /** One of them. */
  item(index: number): Html;
  /** What the first pixels of the first layer's weights show. */
  first: string;
  /** Sections of its own. */
  sections(run: RunLog): Piece;
}

type Show<D> = (test: D, about: About) => Omit<Shown, "items">;

/** What a model says of its data. */
export interface About {
  /** What the labels stand for. */
  names?: readonly string[] | undefined;
  /** Of how many frames an image is made; one where absent. */
  frames?: number | undefined;
}

const images: Show<Dataset> = (data, { frames = 1 }) => ({
  label: String,
  item: (index) => {
    const frame = { ...data, channels: channelsOf(data) / frames };
    const size = bytesOf(frame);
    const pictures = Array.from({ length: frames }, (_, f) => {
      const start = (index * frames + f) * size;
      const { url, width, height } = picture(data.images.subarray(start, start + size), frame);
      const alt = `test image ${index}${frames > 1 ? `, frame ${f + 1}` : ""}`;
      return html`<img src="${url}" width="${width}" height="${height}" alt="${alt}">`;
    });
    return html`${pictures}`;
  },
  first: `The first ${data.classes} pixels, at the top left${
    channelsOf(data) === 3 ? " of red" : ""
  }, show the label.`,
  sections: () => null,
});

// Epochs whose text is shown: more would not be read.
const MOST_TEXTS = 12;

const text: Show<Text> = ({ symbols, length, window }, { names = [] }) => {
  const label = (symbol: number): string => names[symbol] === " " ? "␣" : names[symbol]!;
  return {
    label,
    item: (index) => {
      const each = length - window;
      const from = Math.floor(index / each) * length + index % each + 1;
      return html`<code style="white-space:pre">${
        writeSymbols(symbols.subarray(from, from + window - 1), names)
      }</code>`;
    },
    first:
      "A row is a character and a column a symbol: the first row is the character that is predicted, those below it what " +
      "comes before.",
    sections: ({ epochs }) => {
      const written = epochs.filter(({ text }) => text !== undefined);
      if (written.length === 0) return null;
      const shown = Math.min(MOST_TEXTS, written.length);
      const some = Array.from(
        { length: shown },
        (_, i) => written[Math.round(i * (written.length - 1) / Math.max(1, shown - 1))]!,
      );
      return section(
        "What it writes",
        html`
          <p>
            After every epoch the network went on with the beginning of the first training string,
            each time by the same draws.
          </p>
          <div class="scroll" tabindex="0" role="region" aria-label="what it writes">
            <table>
              <thead>
                <tr>
                  <th scope="col">epoch</th>
                  <th scope="col">text</th>
                </tr>
              </thead>
              <tbody>${some.map(({ epoch, text }) =>
                html`
                  <tr>
                    <th scope="row">${epoch}</th>
                    <td><code><b>${text!.slice(0, window)}</b>${text!.slice(window)}</code></td>
                  </tr>
                `
              )}</tbody>
            </table>
          </div>
        `,
      );
    },
  };
};

const all: Readonly<Record<string, Show<never>>> = { images, text };

/** What a report shows of these. */
export function shownOf(test: AnyData, about: About): Shown {
  return { items: kindOf(test).items, ...all[sourceName(test)]!(test as never, about) };
}

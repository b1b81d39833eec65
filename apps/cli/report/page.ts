// The frame of every report: one HTML file that loads nothing and runs nothing.

import type { Chart, Key } from "./charts.ts";
import { Html, html, type Piece } from "./html.ts";
import { STYLE } from "./style.ts";

// No script may run and nothing may be loaded, whatever text finds its way into the page.
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** A whole page. */
export function page(title: string, body: Piece): string {
  return html`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${new Html(POLICY)}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>${title}</title>
        <link rel="icon" href="data:,">
        <style>${new Html(STYLE)}</style>
      </head>
      <body>
    ${body}
      </body>
    </html>
  `.source.trimStart();
}

/** A section with its heading. */
export function section(heading: string, ...body: Piece[]): Html {
  return html`
    <section>
    <h2>${heading}</h2>
    ${body}
    </section>
  `;
}

/** Charts side by side, each with its title, a note if there is one, and its figures as a table. */
export function charts(all: readonly (Chart & { note?: string })[]): Html {
  return html`<div class="charts">${all.map(figure)}</div>`;
}

function figure({ title, svg, legend, table, note }: Chart & { note?: string }): Html {
  const said = note === undefined ? null : html`<p class="note">${note}</p>`;
  return html`
    <figure class="chart">
      <figcaption>${title}</figcaption>
      ${svg}${keys(legend)}${said}
      <details>
        <summary>figures</summary>
        <div class="scroll" tabindex="0" role="region" aria-label="${title}, figures">
          ${figureTable(table)}
        </div>
      </details>
    </figure>
  `;
}

function keys(all: readonly Key[]): Html | null {
  if (all.length === 0) return null;
  return html`<ul class="legend">${
    all.map(({ name, colour, dash }) =>
      html`<li><svg viewBox="0 0 28 8" aria-hidden="true"><line x1="1" x2="27" y1="4" y2="4" stroke="${colour}" stroke-dasharray="${dash.join()}"/></svg>${name}</li>`
    )
  }</ul>`;
}

/** The most important figures, in a row. */
export function facts(all: readonly (readonly [name: string, value: string])[]): Html {
  return html`
    <dl class="facts">${all.map(([name, value]) =>
      html`
        <div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>
      `
    )}</dl>
  `;
}

/** Dotted names and what they stand for, a row each. */
export function list(rows: readonly (readonly [name: string, value: Piece])[]): Html {
  return html`
    <table class="list">${rows.map(([name, value]) =>
      html`
        <tr>
          <th scope="row">${breakable(name)}</th>
          <td>${value}</td>
        </tr>
      `
    )}</table>
  `;
}

// A long name may be broken after its dots.
function breakable(name: string): Html[] {
  return name.split(/(?<=\.)/).map((part) => html`${part}<wbr>`);
}

/** A table whose first row is its header and whose first column names the rows. */
export function grid([header = [], ...rows]: readonly (readonly Piece[])[]): Html {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="table">
      <table class="list">
        <thead>
          <tr>${header.map((cell) => html`<th scope="col">${cell}</th>`)}</tr>
        </thead>
        <tbody>${rows.map(([first = "", ...others]) =>
          html`
            <tr><th scope="row">${first}</th>${others.map((cell) => html`<td>${cell}</td>`)}</tr>
          `
        )}</tbody>
      </table>
    </div>
  `;
}

function figureTable([header = [], ...rows]: readonly (readonly string[])[]): Html {
  return html`
    <table class="figures">
      <thead>
        <tr>${header.map((cell) => html`<th scope="col">${cell}</th>`)}</tr>
      </thead>
      <tbody>${rows.map((row) =>
        html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`
      )}</tbody>
    </table>
  `;
}

// The page: what it is, how it is steered, and its panels.

import type { JSX } from "preact";
import { panels } from "../panels/mod.ts";
import type { Panel, PanelProps } from "../panels/panel.ts";
import { Controls } from "./controls.tsx";
import { Status } from "./status.tsx";

/** All of the page. */
export function App({ lab }: PanelProps): JSX.Element {
  const shown = panels.filter(({ name }) => lab.shows(name));
  return (
    <>
      <a class="skip" href="#panels">Skip to what it learns</a>
      <header class="top">
        <h1>Forward-Forward lab</h1>
        <p>
          A network that learns without backpropagation, in this page, on your own device. Each
          layer learns alone: to be excited by images under their right label, and calm under a
          wrong one.
        </p>
        <nav aria-label="Panels">
          {shown.map(({ name, title }) => <a key={name} href={`#${name}`}>{title}</a>)}
        </nav>
      </header>
      {lab.shows("controls") && <Controls lab={lab} />}
      <main id="panels" tabIndex={-1}>
        <Status lab={lab} />
        {shown.map((panel) => <Section key={panel.name} lab={lab} panel={panel} />)}
      </main>
      <footer>
        <p>
          Everything happens on this device: no image, drawing or model leaves it. The algorithm is
          Geoffrey Hinton's (2022); the digits are MNIST's, by LeCun, Cortes and Burges. MIT
          licensed.
        </p>
      </footer>
    </>
  );
}

function Section(
  { lab, panel: { name, title, lead, wide, View } }: PanelProps & { panel: Panel },
): JSX.Element {
  return (
    <section id={name} class={wide ? "panel wide" : "panel"} aria-labelledby={`${name}-title`}>
      <h2 id={`${name}-title`}>{title}</h2>
      <p class="lead">{lead}</p>
      <View lab={lab} />
    </section>
  );
}

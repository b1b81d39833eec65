// One interface for every part of the page.

import type { JSX } from "preact";
import type { Lab } from "../page/lab.ts";

/** What a panel is given. */
export interface PanelProps {
  /** The page's state. */
  lab: Lab;
}

/** A part of the page, with a heading of its own; the address can hide it by its name. */
export interface Panel {
  /** Its name, in the address and in links. */
  name: string;
  /** Its heading. */
  title: string;
  /** A sentence or two below that. */
  lead: string;
  /** Whether it stands beside the others, or takes the whole width. */
  wide: boolean;
  /** What it shows. */
  View: (props: PanelProps) => JSX.Element;
}

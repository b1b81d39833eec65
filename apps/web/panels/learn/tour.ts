// A short tour for someone who knows backpropagation: what is said, where one looks, and what the page does meanwhile.

import { type Signal, signal } from "@preact/signals";
import type { Lab } from "../../page/lab.ts";
import { Comparison } from "../compare/comparison.ts";
import { Stepping } from "../step/stepping.ts";

/** A stop. */
export interface Stop {
  /** Its heading. */
  title: string;
  /** What is said. */
  text: string;
  /** What is looked at, as a selector. */
  at: string;
  /** What happens; resolves once there is what is looked at. */
  begin?: (lab: Lab) => unknown;
}

/** The stops, in order. */
export const stops: readonly Stop[] = [
  {
    title: "No way back",
    text:
      "You know backpropagation: a forward pass, an error at the top, and gradients that go back through every layer. Here nothing goes back. Each layer has an aim of its own, and learns from what it sees alone. The run has been set to its beginning.",
    at: "#watch",
    begin: (lab) => lab.restart(false),
  },
  {
    title: "Goodness",
    text:
      "An image comes with a label written over its corner. A layer's goodness is the sum of its squared activities. Nothing is learned yet, so right and wrong labels excite it alike: the two distributions lie upon each other, on one side of the threshold θ.",
    at: "#watch .distributions",
  },
  {
    title: "Two forward passes",
    text:
      "Now it makes forty updates. Each has a positive pass, under right labels, for which goodness is to rise, and a negative pass, under wrong ones, for which it is to fall. See the distributions part.",
    at: "#watch .distributions",
    begin: (lab) => lab.go(40),
  },
  {
    title: "One of those updates",
    text:
      "Here is one, on one image. The probability that a layer takes it for positive is the logistic function of goodness less threshold, and that is all its error. Go through it with Next in the panel.",
    at: "#step",
    begin: (lab) => lab.part(Stepping).look(),
  },
  {
    title: "Why the next layer does not cheat",
    text:
      "Layer 2 could read layer 1's goodness off the length of what it is given. So that is scaled to one length: only which units fire is handed on, not how much in all. This is layer 2 under the right label.",
    at: "#step .trace .now",
    begin: (lab) => lab.part(Stepping).at.value = 2,
  },
  {
    title: "Nothing crosses",
    text:
      "In a copy of the network layer 2 is scrambled, and both learn on. Layer 1 comes out the same to the last bit; by backpropagation it does not, for its gradient came through layer 2.",
    at: "#step .found",
    begin: (lab) => lab.part(Stepping).prove("scramble"),
  },
  {
    title: "To predict",
    text:
      "Each of the ten labels is tried beside the image, and the one that excites the layers most is the answer. The digit of that update is on the paper now; draw one of your own over it.",
    at: "#ask .ask",
    begin: (lab) => {
      const trace = lab.part(Stepping).trace.value;
      if (trace) lab.asking.place(trace.pixels);
    },
  },
  {
    title: "Is it as good?",
    text:
      "Both go on now, side by side. Image for image backpropagation is ahead in the end. What Forward-Forward gives for that: no backward pass, no stored activities, layers that can learn at the same time, on hardware that nobody can differentiate.",
    at: "#compare",
    begin: (lab) => {
      lab.part(Comparison).on.value = true;
      lab.go(null);
    },
  },
];

/** The tour that is being taken. */
export class Tour {
  /** The stop that one is at; null where nobody takes it. */
  readonly at: Signal<number | null> = signal(null);
  readonly #lab: Lab;

  /** A tour that nobody takes. */
  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Goes to a stop; with null the tour ends. */
  async go(at: number | null): Promise<void> {
    this.at.value = at;
    if (at === null) return;
    const stop = stops[at]!;
    look(stop.at);
    await stop.begin?.(this.#lab);
    // What has come since may be what is looked at, or have moved it.
    requestAnimationFrame(() => this.at.peek() === at && look(stop.at));
  }
}

function look(at: string): void {
  document.querySelector(at)?.scrollIntoView({ block: "start", inline: "nearest" });
}

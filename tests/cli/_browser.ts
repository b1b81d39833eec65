// Opens a page in headless Chromium with the network off, and prints what is seen and heard as JSON.
// A program of its own, because the browser's driver needs permissions that the tests have no use for.

import { chromium } from "playwright-core";
import { PATIENCE } from "../_chromium.ts";

/** A chart, as it is drawn. */
export interface SeenChart {
  /** Its title. */
  title: string;
  /** Its text alternative. */
  label: string;
  /** Its size on the screen. */
  size: [width: number, height: number];
  /** The colour and the extent of each line, bar and area that is drawn. */
  marks: { colour: string; size: [width: number, height: number] }[];
}

/** A page, as it is seen on one screen. */
export interface Seen {
  /** Its title. */
  title: string;
  /** Its text. */
  text: string;
  /** Colours of the ground and of the text. */
  colours: [ground: string, text: string];
  /** By how many pixels the page is wider than the screen. */
  overflow: number;
  /** The charts, in order. */
  charts: SeenChart[];
  /** Images, and those of them that could not be shown. */
  images: { count: number; broken: number };
  /** Elements that run something: scripts, frames, and whatever has a handler. */
  active: string[];
  /** What was said on the console, thrown, asked by a dialog, or requested besides the page itself. */
  heard: string[];
}

/** A screen to see it on. */
export interface Screen {
  /** Its width in pixels. */
  width: number;
  /** What its user prefers. */
  scheme: "light" | "dark";
}

// Runs in the page.
function look(): Omit<Seen, "heard"> {
  const size = (element: Element): [number, number] => {
    const { width, height } = element.getBoundingClientRect();
    return [width, height];
  };
  const charts = Array.from(document.querySelectorAll("figure.chart"), (figure) => {
    const svg = figure.querySelector(":scope > svg")!;
    const drawn = svg.querySelectorAll(":is(.mark-line, .mark-area, .mark-rect).role-mark path");
    return {
      title: figure.querySelector("figcaption")!.textContent,
      label: svg.getAttribute("aria-label") ?? "",
      size: size(svg),
      marks: Array.from(drawn, (mark) => {
        const { fill, stroke } = getComputedStyle(mark);
        return { colour: fill === "none" ? stroke : fill, size: size(mark) };
      }),
    };
  });
  const images = [...document.images];
  const root = document.documentElement;
  const { backgroundColor, color } = getComputedStyle(document.body);
  const active = [...document.querySelectorAll("*")].filter((element) =>
    /^(script|iframe|object|embed|base|form)$/i.test(element.tagName) ||
    element.getAttributeNames().some((name) => /^on|href$/.test(name) && element.tagName !== "LINK")
  );
  return {
    title: document.title,
    text: document.body.innerText,
    colours: [backgroundColor, color],
    overflow: root.scrollWidth - root.clientWidth,
    charts,
    images: {
      count: images.length,
      broken: images.filter(({ naturalWidth }) => naturalWidth === 0).length,
    },
    active: active.map(({ outerHTML }) => outerHTML),
  };
}

if (import.meta.main) {
  const [executablePath = "", url = "", screens = "[]"] = Deno.args;
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const seen: Seen[] = [];
  for (const { width, scheme } of JSON.parse(screens) as Screen[]) {
    const page = await browser.newPage({
      viewport: { width, height: 900 },
      colorScheme: scheme,
      offline: true,
    });
    page.setDefaultTimeout(PATIENCE);
    const heard: string[] = [];
    page.on("console", (message) => heard.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => heard.push(String(error)));
    page.on("dialog", (dialog) => {
      heard.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on("request", (request) => {
      if (request.url() !== url && !request.url().startsWith("data:")) heard.push(request.url());
    });
    await page.goto(url);
    seen.push({ ...await page.evaluate(look), heard });
    await page.close();
  }
  await browser.close();
  console.log(JSON.stringify(seen));
}

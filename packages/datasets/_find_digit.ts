// Where the digit is on a sheet of paper, among all that may be there besides.

import { type Component, componentsOf, distancesTo, sideOf } from "./_components.ts";
import { type InkPlane, inkPlane, quantile } from "./_ink_planes.ts";
import { isLine, isOutline, isWithin, type Meeting, meetsBorder } from "./_shapes.ts";
import type { Plane } from "./_window.ts";

/** What was found: a digit, or why none can be told. */
export type Found =
  | { kind: "digit"; ink: Float32Array; box: Box }
  | { kind: "none" | "several" };

/** A rectangle of pixels. */
export type Box = Pick<Component, "left" | "top" | "right" | "bottom">;

/** Windows as parts of the picture's shorter side: wider than any stroke, and narrower for what a wide one does not part. */
const WINDOWS = [0.5, 0.25];
/** Levels of ink tried, as parts of the most there is: what is darkest need not be the digit. */
const LEVELS = [0.5, 0.35, 0.25, 0.17, 0.12, 0.08];
/** A digit's longer side: at least this part of the picture's shorter one, and this many pixels. */
const LEAST_SIDE = { part: 0.04, pixels: 7 };
/** Strokes are at most this part of the longer side thick: MNIST's boldest have 0.45. */
const THICKEST = 0.48;
/** No digit is wider than this times its height. */
const WIDEST = 1.9;
/** A stroke apart is at least this part of the digit's longer side long, and no further from it. */
const APART = { least: 0.12, gap: 0.14 };
/** Something else of at least this part of the digit's side may be a digit too. */
const RIVAL = 0.45;

/** Finds the one digit on a picture. */
export function findDigit(picture: Plane): Found {
  let told: Found = { kind: "none" };
  for (const part of WINDOWS) {
    const window = Math.max(5, Math.ceil(part * Math.min(picture.width, picture.height)));
    const sign = isDarkOnLight(picture) ? 1 : -1;
    const first = findInk(inkPlane(picture, sign, window));
    if (first.kind !== "none") return first;
    // A narrow window takes the paper's own rim for strokes.
    if (part !== WINDOWS[0]) break;
    const second = findInk(inkPlane(picture, sign === 1 ? -1 : 1, window));
    // Unless it is the hole in a digit, or the paper between its strokes.
    if (second.kind === "digit" && isGroundAround(second, picture)) return second;
    if (second.kind === "several") told = second;
  }
  return told;
}

// More of most pictures is paper than anything else.
function isDarkOnLight({ values }: Plane): boolean {
  const [low, middle, high] = [0.005, 0.5, 0.995].map((part) => quantile(values, part));
  return middle! - low! >= high! - middle!;
}

// Whether what is around a digit's box differs from the digit.
function isGroundAround({ ink, box }: Found & { kind: "digit" }, picture: Plane): boolean {
  const { values, width, height } = picture;
  const rim = Math.ceil(0.3 * Math.max(box.right - box.left, box.bottom - box.top));
  const [own, around]: [number[], number[]] = [[], []];
  for (let y = Math.max(0, box.top - rim); y < Math.min(height, box.bottom + rim); y++) {
    for (let x = Math.max(0, box.left - rim); x < Math.min(width, box.right + rim); x++) {
      const i = y * width + x;
      const inside = x >= box.left && x < box.right && y >= box.top && y < box.bottom;
      if (!inside) around.push(values[i]!);
      else if (ink[i]! > 0) own.push(values[i]!);
    }
  }
  const digit = quantile(own, 0.5);
  const [low, high] = [quantile(around, 0.1), quantile(around, 0.9)];
  return digit < low || digit > high;
}

// The digit of one polarity.
function findInk(plane: InkPlane): Found {
  const { soft, least } = plane;
  const most = quantile(soft, 0.999);
  let told: Found = { kind: "none" };
  for (const level of LEVELS.map((part) => part * most)) {
    if (level < least / 2 || most < least) break;
    const found = atLevel(plane, level);
    if (found.kind === "several") told = found;
    if (found.kind !== "digit") continue;
    // Now that its own darkness is known, all of it that is half as dark.
    const own = quantile(found.ink.filter((ink) => ink > 0), 0.75);
    return own < least ? { kind: "none" } : atLevel(plane, own / 2);
  }
  return told;
}

function atLevel(plane: InkPlane, level: number): Found {
  const { soft, width, height } = plane;
  const mask = Uint8Array.from(soft, (ink) => ink > level ? 1 : 0);
  const { labels, components } = componentsOf(mask, width, height);
  const shorter = Math.min(width, height);
  const leastSide = Math.max(LEAST_SIDE.pixels, LEAST_SIDE.part * shorter);
  const meetings = new Map<Component, Meeting>(
    components.map((it) => [it, meetsBorder(it, width, height)]),
  );
  const large = components.filter((it) => sideOf(it) >= leastSide && meetings.get(it) !== "along");
  const outlines = large.filter((it) => isOutline(it, labels, width));
  const strokes = large.filter((it) => !outlines.includes(it) && isStroke(it));
  // What is whole on the picture comes before what runs into its border.
  const whole = strokes.filter((it) => meetings.get(it) === "no");
  const candidates = whole.length > 0 ? whole : strokes;
  const main = candidates.toSorted((a, b) => sideOf(b) - sideOf(a))[0];
  if (!main) return { kind: "none" };
  const group = gather(main, components.filter((it) => !outlines.includes(it)), {
    labels,
    width,
    height,
    meetings,
  });
  if (!group) return { kind: "several" };
  const box = boxOf(group);
  const side = Math.max(box.right - box.left, box.bottom - box.top);
  if (box.right - box.left > WIDEST * (box.bottom - box.top)) return { kind: "none" };
  const rival = strokes.find((it) =>
    !group.includes(it) && sideOf(it) >= RIVAL * side && !isLine(it) &&
    !outlines.some((outline) => isWithin(main, outline) && !isWithin(it, outline))
  );
  if (rival) return { kind: "several" };
  return { kind: "digit", ink: inkNear(group, plane, labels, level), box };
}

function isStroke(it: Component): boolean {
  return it.thickness <= THICKEST * sideOf(it) && !isLine(it);
}

function boxOf(parts: readonly Component[]): Box {
  return {
    left: Math.min(...parts.map(({ left }) => left)),
    top: Math.min(...parts.map(({ top }) => top)),
    right: Math.max(...parts.map(({ right }) => right)),
    bottom: Math.max(...parts.map(({ bottom }) => bottom)),
  };
}

interface Labelled {
  labels: Int32Array;
  width: number;
  height: number;
  meetings: Map<Component, Meeting>;
}

// A digit's strokes, which may be apart: those of its pen that are near, the nearest first. Null where a stroke is so near
// and so large that it may be of this digit or another.
function gather(
  main: Component,
  components: readonly Component[],
  { labels, width, height, meetings }: Labelled,
): Component[] | null {
  const group = [main];
  const side = sideOf(main);
  const others = components.filter((it) =>
    it !== main && sideOf(it) >= APART.least * side && it.thickness >= 0.4 * main.thickness &&
    (meetings.get(it) === "no" || meetings.get(main) !== "no") && meetings.get(it) !== "along"
  );
  if (others.length === 0) return group;
  const mask = new Uint8Array(labels.length);
  for (let added = true; added;) {
    added = false;
    const mine = new Set(group.map(({ label }) => label));
    labels.forEach((label, i) => mask[i] = mine.has(label) ? 1 : 0);
    const far = distancesTo(mask, width, height);
    const gaps = new Float32Array(Math.max(0, ...others.map(({ label }) => label)) + 1).fill(
      Infinity,
    );
    labels.forEach((label, i) => {
      if (far[i]! < gaps[label]!) gaps[label] = far[i]!;
    });
    for (const other of others) {
      if (group.includes(other) || gaps[other.label]! > APART.gap * side) continue;
      const together = boxOf([...group, other]);
      const tall = together.bottom - together.top;
      const wide = together.right - together.left;
      // Two digits beside each other are wider together than one, and as tall.
      if (Math.max(tall, wide) > 1.35 * side || wide > 1.3 * tall) {
        if (sideOf(other) >= RIVAL * side) return null;
        continue;
      }
      group.push(other);
      added = true;
    }
  }
  return group;
}

/** Ink fainter than this part of the darkest is noise, such as JPEG leaves around an edge. */
const FAINT = 1 / 16;

// The ink of these parts and of their soft rims.
function inkNear(
  group: readonly Component[],
  { values, soft, width, height, least }: InkPlane,
  labels: Int32Array,
  level: number,
): Float32Array {
  const mine = new Set(group.map(({ label }) => label));
  const mask = Uint8Array.from(labels, (label) => mine.has(label) ? 1 : 0);
  const far = distancesTo(mask, width, height);
  const box = boxOf(group);
  const rim = Math.max(2, 0.06 * Math.max(box.right - box.left, box.bottom - box.top));
  const faint = Math.min(level, Math.max(2 * level * FAINT, least / 2));
  return values.map((ink, i) => {
    const isMine = mask[i] || labels[i] === 0 && far[i]! <= rim && soft[i]! >= faint;
    return isMine ? Math.max(0, ink) : 0;
  });
}

// Where the digit is on a sheet of paper, among all that may be there besides.

import { type Box, type Component, componentsOf, distancesTo, sideOf } from "./_components.ts";
import { type InkPlane, inkPlane, quantile } from "./_ink_planes.ts";
import { isLine, isOutline, isSolid, isWithin, type Meeting, meetsBorder } from "./_shapes.ts";
import type { Plane } from "./_window.ts";

/** What was found: a digit, or why none can be told. */
export type Found =
  | { kind: "digit"; ink: Float32Array; box: Box; isCut: boolean; thickness: number; sign: 1 | -1 }
  | { kind: "none" | "several" };

/** Windows as parts of the picture's shorter side: wider than any stroke, and narrower for what a wide one does not part. */
const WINDOWS = [0.5, 0.25] as const;
/** Levels of ink tried, as parts of the most there is: what is darkest need not be the digit. */
const LEVELS = [0.5, 0.35, 0.25, 0.17, 0.12, 0.08];
/** A digit's longer side: at least this part of the picture's shorter one, and this many pixels. */
const LEAST_SIDE = { part: 0.04, pixels: 7 };
/** Strokes are at most this part of the longer side thick: MNIST's boldest have 0.42. */
const THICKEST = 0.44;
/** No digit is wider than this times its height. */
const WIDEST = 1.9;
/** A stroke apart is at least this part of the digit's longer side long, and no further from it. */
const APART = { least: 0.12, gap: 0.14 };
/** Parts nearer than this many widths of the pen were one stroke. */
const CLOSE = 0.5;
/** Something else of at least this part of the digit's side may be a digit too. */
const RIVAL = 0.45;

/** How much of what is around a digit is like the paper that it is on, where the picture's border cuts it or not. */
const PURE = { whole: 0.5, cut: 0.8 };
/** A digit of this quality is looked for in no other polarity: pure paper, and strokes of a quarter of its side. */
const SURELY = 0.74;
/** What the border cuts is taken for strokes only if it is thinner than this part of its longer side. */
const THICKEST_CUT = 0.38;

/** Where strokes are thinner than this part of the picture's shorter side, a narrow window has to find the same digit. */
const FINE = 0.11;
/** The same: boxes have at least this part of what they cover in common. */
const SAME = 0.75;

/** Finds the one digit on a picture. */
export function findDigit(picture: Plane): Found {
  const shorter = Math.min(picture.width, picture.height);
  const usual = isDarkOnLight(picture) ? 1 : -1;
  const look = (sign: 1 | -1, part: number): Found =>
    findInk(inkPlane(picture, sign, Math.max(5, Math.ceil(part * shorter))));
  const [wide, narrow] = WINDOWS;
  const first = look(usual, wide);
  if (first.kind === "several") return first;
  const found = [first];
  // Where there is hardly a doubt, what is of the other polarity is the hole in it, or the paper between its strokes.
  if (quality(first, picture) < SURELY) found.push(look(usual === 1 ? -1 : 1, wide));
  const best = found.toSorted((a, b) => worth(b, picture) - worth(a, picture))[0]!;
  if (best.kind !== "digit" || quality(best, picture) === 0) {
    // A narrow window takes the paper's own rim for strokes, and is of use only where a wide one shows nothing.
    const closer = look(usual, narrow);
    return closer.kind === "digit" && quality(closer, picture) === 0 ? { kind: "none" } : closer;
  }
  if (best.thickness >= FINE * shorter) return best;
  const again = look(best.sign, narrow);
  return again.kind === "digit" && overlap(again.box, best.box) >= SAME ? best : { kind: "none" };
}

// How surely it is a digit, 0 to 1: strokes are thin, and around them is paper. 0 for none.
function quality(found: Found, picture: Plane): number {
  if (found.kind !== "digit") return 0;
  const pure = purity(found, picture);
  if (pure < (found.isCut ? PURE.cut : PURE.whole)) return 0;
  return pure * (1 - found.thickness / sideOf(found.box));
}

// Of two, the larger is rather the digit: the other may lie between its strokes.
function worth(found: Found, picture: Plane): number {
  return found.kind === "digit" ? quality(found, picture) * Math.sqrt(sideOf(found.box)) : 0;
}

// What two boxes have in common, as a part of all that they cover.
function overlap(a: Box, b: Box): number {
  const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const tall = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  const common = Math.max(0, wide) * Math.max(0, tall);
  const areaOf = ({ left, top, right, bottom }: Box): number => (right - left) * (bottom - top);
  return common / (areaOf(a) + areaOf(b) - common);
}

// More of most pictures is paper than anything else.
function isDarkOnLight({ values }: Plane): boolean {
  const [low, middle, high] = [0.005, 0.5, 0.995].map((part) => quantile(values, part));
  return middle! - low! >= high! - middle!;
}

// The part of what is around a digit's box that is more like the paper between its strokes than like them: for the hole in a
// 0 or the rest of a sheet it is small.
function purity({ ink, box }: Found & { kind: "digit" }, picture: Plane): number {
  const { values, width, height } = picture;
  const rim = Math.ceil(0.3 * sideOf(box));
  const [own, between, around]: [number[], number[], number[]] = [[], [], []];
  const most = quantile(ink.filter((amount) => amount > 0), 0.75);
  for (let y = Math.max(0, box.top - rim); y < Math.min(height, box.bottom + rim); y++) {
    for (let x = Math.max(0, box.left - rim); x < Math.min(width, box.right + rim); x++) {
      const i = y * width + x;
      // Paper close to the box counts as between the strokes of a 1, which has none.
      const far = Math.max(box.left - x, x - box.right, box.top - y, y - box.bottom);
      if (ink[i]! > most / 2) own.push(values[i]!);
      else if (ink[i] === 0 && far < rim / 6) between.push(values[i]!);
      if (far > 0 && ink[i] === 0) around.push(values[i]!);
    }
  }
  if (around.length === 0 || between.length === 0) return 1;
  const [digit, paper] = [quantile(own, 0.5), quantile(between, 0.5)];
  const alike = around.filter((grey) => Math.abs(grey - paper) < Math.abs(grey - digit));
  return alike.length / around.length;
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
  const strokes = large.filter((it) =>
    !outlines.includes(it) && isStroke(it, meetings.get(it) === "no" ? THICKEST : THICKEST_CUT)
  );
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
  const side = sideOf(box);
  if (box.right - box.left > WIDEST * (box.bottom - box.top)) return { kind: "none" };
  const rival = strokes.find((it) =>
    !group.includes(it) && sideOf(it) >= RIVAL * side && !isLine(it) &&
    !outlines.some((outline) => isWithin(main, outline) && !isWithin(it, outline))
  );
  if (rival) return { kind: "several" };
  const isCut = meetings.get(main) !== "no";
  const ink = inkNear(group, plane, labels, level);
  return isSoft(ink, main)
    ? { kind: "none" }
    : { kind: "digit", ink, box, isCut, thickness: main.thickness, sign: plane.sign };
}

function isStroke(it: Component, thickest: number): boolean {
  return it.thickness <= thickest * sideOf(it) && !isSolid(it) && !isLine(it);
}

/** Strokes of at least so many pixels have edges that can be told from their insides. */
const BROAD = 8;
/** At most this part of a stroke is edge; of light and shade more is. */
const EDGE = 0.5;

function isSoft(ink: Float32Array, { thickness }: Component): boolean {
  if (thickness < BROAD) return false;
  const drawn = ink.filter((amount) => amount > 0);
  const most = quantile(drawn, 0.9);
  const edge = drawn.filter((amount) => amount > 0.2 * most && amount < 0.75 * most);
  return edge.length > EDGE * drawn.length;
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
  const close = CLOSE * main.thickness + 1;
  const furthest = Math.max(APART.gap * side, close);
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
      if (group.includes(other) || gaps[other.label]! > furthest) continue;
      const together = boxOf([...group, other]);
      const tall = together.bottom - together.top;
      const wide = together.right - together.left;
      // Two digits beside each other are wider together than one, and as tall.
      const isClose = gaps[other.label]! <= close;
      if (!isClose && Math.max(tall, wide) > 1.35 * side || wide > 1.3 * tall) {
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
  const rim = Math.max(3, 0.06 * sideOf(box));
  const faint = Math.min(level, Math.max(2 * level * FAINT, least / 2));
  return values.map((ink, i) => {
    const isMine = mask[i] || labels[i] === 0 && far[i]! <= rim && soft[i]! >= faint;
    return isMine ? Math.max(0, ink) : 0;
  });
}

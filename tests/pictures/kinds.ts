// Kinds of pictures that people have of a digit on paper, and of paper without one.

import { makeJpeg } from "../../apps/cli/images/_testing.ts";
import { decodeJpeg } from "../../apps/cli/images/decode_jpeg.ts";
import type { Picture } from "../../apps/cli/images/picture.ts";
import * as marks from "./marks.ts";
import {
  change,
  Dice,
  drawSheet,
  pictureOf,
  type Sheet,
  type SheetOptions,
  write,
} from "./sheet.ts";

/** A kind of picture. */
export interface Kind {
  /** What it is called in the table. */
  name: string;
  /** What is on it: one digit, two, or none. */
  digits: 0 | 1 | 2;
  /** Makes one of these digits of MNIST. */
  make(digits: readonly Uint8Array[], seed: number): Promise<Picture>;
}

type Spoil = (
  sheet: Sheet,
  dice: Dice,
) => void | Uint8Array | Picture | Promise<Picture>;
type Given = Partial<SheetOptions>;

function kind(
  name: string,
  spoil: Spoil,
  given: (dice: Dice) => Given = () => ({}),
  digits: Kind["digits"] = 1,
): Kind {
  return {
    name,
    digits,
    async make(images, seed): Promise<Picture> {
      const dice = new Dice(seed);
      // A few throws first: seeds that follow each other begin alike.
      for (let n = 0; n < 9; n++) dice.between(0, 1);
      const sheet = drawSheet({ digits: images.slice(0, digits), dice, ...given(dice) });
      if (digits === 2) writeSecond(sheet, images[1]!, dice);
      const spoilt = await spoil(sheet, dice);
      if (spoilt && "pixels" in spoilt) return spoilt;
      return pictureOf(sheet, spoilt || null);
    },
  };
}

// Beside the first or below, of about its size.
function writeSecond(sheet: Sheet, digit: Uint8Array, dice: Dice): void {
  const { box: { left, top, size }, width, height } = sheet;
  const other = Math.round(size * dice.between(0.7, 1.1));
  const isWide = width >= height;
  const gap = size * dice.between(-0.1, 0.3);
  write(sheet, digit, {
    left: Math.round(isWide ? left + size + gap : left),
    top: Math.round(isWide ? top : top + size + gap),
    size: other,
  });
}

/** Spoils a sheet in several ways, one after the other. */
function all(...spoils: ((sheet: Sheet, dice: Dice) => void)[]): Spoil {
  return (sheet, dice) => spoils.forEach((spoil) => spoil(sheet, dice));
}

/** A pen that leaves more here and less there, at least `least` of what it can, and noise of this deviation. */
function uneven(least: number, noise: number): (sheet: Sheet, dice: Dice) => void {
  return (sheet, dice) => {
    const { paper } = sheet;
    change(sheet, (light) => paper + (light - paper) * dice.between(least, 1));
    marks.noise(sheet, dice, noise);
  };
}

const plain: Spoil = () => {};
const middle: [number, number] = [0.5, 0.5];
/** Room enough on each side for what surrounds the digit. */
const central = (dice: Dice): Given => ({
  at: [dice.between(0.3, 0.7), dice.between(0.3, 0.7)],
  share: dice.between(0.45, 0.7),
});
const blackboard = (dice: Dice): Given => ({
  paper: dice.whole(25, 70),
  pen: dice.whole(170, 245),
});

const jpeg: Spoil = async (sheet, dice) => {
  const { pixels, width } = pictureOf(sheet);
  const bytes = await makeJpeg(pixels as Uint8Array, width, { quality: dice.whole(25, 45) });
  return await decodeJpeg(bytes, "a picture");
};

const sides = ["left", "top", "right", "bottom"] as const;
const paperFault = {
  "black frame of 3 px": (sheet: Sheet): void => marks.frame(sheet, 3),
  "thick frame": (sheet: Sheet, dice: Dice): void =>
    marks.frame(sheet, dice.whole(6, 16), dice.whole(0, 90)),
  "table around the sheet": (sheet: Sheet, dice: Dice): void => marks.table(sheet, sides, dice),
  "table along one side": (sheet: Sheet, dice: Dice): void =>
    marks.table(sheet, [dice.of(sides)], dice),
  "table along two sides": (sheet: Sheet, dice: Dice): void =>
    marks.table(
      sheet,
      dice.of([["left", "top"], ["right", "bottom"], ["left", "right"]] as const),
      dice,
    ),
  "tilted edge of a table": (sheet: Sheet, dice: Dice): void =>
    marks.table(sheet, [dice.of(sides)], dice, dice.between(-0.12, 0.12)),
  "stain in a corner": (sheet: Sheet, dice: Dice): void => marks.stain(sheet, dice, true),
  "stain": (sheet: Sheet, dice: Dice): void => marks.stain(sheet, dice, false),
  "two specks": (sheet: Sheet, dice: Dice): void => marks.specks(sheet, 2, dice),
  "many specks": (sheet: Sheet, dice: Dice): void => marks.specks(sheet, 25, dice),
  "small print": marks.print,
  "box of a form": marks.formBox,
  "soft shadow": (sheet: Sheet, dice: Dice): void => marks.shadow(sheet, dice, dice.between(4, 25)),
  "hard shadow": (sheet: Sheet, dice: Dice): void => marks.shadow(sheet, dice, 0.7),
  "vignette": (sheet: Sheet, dice: Dice): void => marks.vignette(sheet, dice.between(0.3, 0.7)),
  "light from one side": marks.gradient,
  "pale ruled lines": (sheet: Sheet, dice: Dice): void =>
    marks.rule(sheet, dice, dice.whole(15, 60), false),
  "dark ruled lines": (sheet: Sheet, dice: Dice): void =>
    marks.rule(sheet, dice, dice.whole(90, 180), false),
  "squared paper": (sheet: Sheet, dice: Dice): void =>
    marks.rule(sheet, dice, dice.whole(20, 90), true),
  "noise": (sheet: Sheet, dice: Dice): void => marks.noise(sheet, dice, dice.between(5, 25)),
  "salt and pepper": (sheet: Sheet, dice: Dice): void =>
    change(sheet, (light) => dice.between(0, 1) < 0.02 ? dice.of([0, 255]) : light),
} satisfies Record<string, (sheet: Sheet, dice: Dice) => void>;

const around = ["frame", "table", "tilted"];

/** Every kind. */
export const kinds: readonly Kind[] = [
  kind("clean", plain),
  kind("inverted scan", all(marks.invert)),
  ...Object.entries(paperFault).map(([name, spoil]) =>
    kind(name, spoil, around.some((word) => name.includes(word)) ? central : undefined)
  ),
  kind("frame, inverted", all(paperFault["thick frame"], marks.invert), central),
  kind("table around, inverted", all(paperFault["table around the sheet"], marks.invert), central),
  kind("transparent corners", (sheet, dice) => marks.cutOut(sheet, dice, false), central),
  kind("transparent margin", (sheet, dice) => marks.cutOut(sheet, dice, true), central),
  kind("JPEG of low quality", jpeg),
  kind("low contrast", all((sheet, dice) => marks.noise(sheet, dice, 2)), (dice) => {
    const paper = dice.whole(120, 230);
    return { paper, pen: paper - dice.whole(35, 60) };
  }),
  kind(
    "pencil",
    all(uneven(0.45, 3)),
    (dice) => ({ paper: dice.whole(215, 250), pen: dice.whole(110, 150) }),
  ),
  kind(
    "chalk on a blackboard",
    all(uneven(0.6, 6), paperFault["vignette"]),
    blackboard,
  ),
  kind(
    "tiny digit on a large sheet",
    all((sheet, dice) => marks.noise(sheet, dice, 2)),
    (dice) => ({
      width: dice.whole(900, 1400),
      height: dice.whole(900, 1400),
      share: dice.between(0.07, 0.14),
    }),
  ),
  kind("digit at the border", plain, (dice) => {
    // Four of the box's 28 pixels are free on each side, and so the ink begins at the border or just off it.
    const [width, height] = [dice.whole(300, 460), dice.whole(280, 400)];
    const share = dice.between(0.5, 0.8);
    const rim = share * Math.min(width, height) * 4 / 28;
    const size = share * Math.min(width, height);
    const [free, low] = [-rim / (width - size), -rim / (height - size)];
    const along = dice.between(0.2, 0.8);
    const at = dice.of([[free, along], [1 - free, along], [along, low], [along, 1 - low]] as const);
    return { width, height, share, at };
  }),
  kind("cut close", plain, (dice) => ({
    ...{ width: dice.whole(180, 230), height: dice.whole(180, 230) },
    ...{ share: dice.between(1.1, 1.3), at: middle },
  })),
  kind(
    "photograph: shadow, table, specks, noise",
    all(
      paperFault["two specks"],
      paperFault["table along one side"],
      paperFault["soft shadow"],
      (sheet, dice) => marks.noise(sheet, dice, 4),
    ),
    central,
  ),
  kind("two digits", plain, (dice) => {
    const [long, short] = [dice.whole(500, 640), dice.whole(240, 300)];
    const [width, height] = dice.of([[long, short], [short, long]] as const);
    return { width, height, share: dice.between(0.6, 0.8), at: [0.05, 0.05] };
  }, 2),
  kind("blank paper", plain, undefined, 0),
  ...Object.entries(paperFault).map(([name, spoil]) => kind(`blank: ${name}`, spoil, undefined, 0)),
  kind(
    "blank: JPEG",
    (sheet, dice) => {
      marks.noise(sheet, dice, 4);
      return jpeg(sheet, dice);
    },
    undefined,
    0,
  ),
  kind("blank: blackboard", all((sheet, dice) => marks.noise(sheet, dice, 6)), blackboard, 0),
  kind(
    "blank: transparent corners",
    (sheet, dice) => marks.cutOut(sheet, dice, false),
    undefined,
    0,
  ),
  kind(
    "blank: shadow, table, specks, noise",
    all(
      paperFault["two specks"],
      paperFault["table along one side"],
      paperFault["soft shadow"],
      (sheet, dice) => marks.noise(sheet, dice, 4),
    ),
    undefined,
    0,
  ),
];

// What a run of the lab is decided by, and how it stands in the address: the same settings give the same run.

/** Recipes that the lab offers. */
export const RECIPES = ["quick", "hinton", "keras"] as const;

/** Where negative data's labels come from; `"recipe"` leaves that to the recipe. */
export const NEGATIVES = ["recipe", "hard", "random", "shuffled"] as const;

/** What computes; `"auto"` takes WebGPU where it computes right, else WebAssembly. */
export const BACKENDS = ["auto", "webgpu", "wasm"] as const;

/** How many training images a run may see. */
export const IMAGES = [4000, 15000, 59000] as const;

/** Everything that decides a run, and what its page shows. */
export interface Settings {
  /** One of the recipes of core. */
  recipe: typeof RECIPES[number];
  /** Units of each layer. */
  layers: readonly number[];
  /** The layers' learning rate; null for the recipe's. */
  rate: number | null;
  /** The threshold as a mean of squares, whatever a layer's size; null for the recipe's. */
  threshold: number | null;
  /** Where wrong labels come from. */
  negatives: typeof NEGATIVES[number];
  /** What computes. */
  backend: typeof BACKENDS[number];
  /** What every random number derives from. */
  seed: number;
  /** How many training images. */
  images: number;
  /** The update after which the run stops by itself; null for the recipe's last epoch. */
  until: number | null;
  /** Whether it runs as soon as the page is open. */
  run: boolean;
  /** Panels, or `controls`, that are not shown. */
  hide: readonly string[];
}

/** What a page without anything in its address does. */
export const DEFAULTS: Settings = {
  recipe: "quick",
  layers: [200, 200],
  rate: null,
  threshold: null,
  negatives: "recipe",
  backend: "auto",
  seed: 1,
  images: 59000,
  until: null,
  run: true,
  hide: [],
};

/** Layers that a page can be asked for. */
export const MOST_LAYERS = 6;
/** Units of each of them. */
export const MOST_UNITS = 2000;

/** A part of the address. */
interface Part<T> {
  /** What it says; undefined for what cannot be. */
  read: (text: string) => T | undefined;
  /** What it may be, in words. */
  may: string;
}

const oneOf = <T extends string | number>(...all: readonly T[]): Part<T> => ({
  read: (text) => all.find((one) => String(one) === text),
  may: all.join(", "),
});
const numberFrom = (least: number, most: number): Part<number> => ({
  read: (text) => {
    const n = Number(text);
    return text.trim() !== "" && n >= least && n <= most ? n : undefined;
  },
  may: `a number from ${least} to ${most}`,
});
const wholeFrom = (least: number, most: number): Part<number> => ({
  read: (text) => {
    const n = numberFrom(least, most).read(text);
    return Number.isSafeInteger(n) ? n : undefined;
  },
  may: `a whole number from ${least}`,
});

const parts: { readonly [K in keyof Settings]: Part<Settings[K]> } = {
  recipe: oneOf(...RECIPES),
  layers: {
    read: (text) => {
      const units = text.split(",").map((part) => wholeFrom(1, MOST_UNITS).read(part));
      return units.length <= MOST_LAYERS && units.every((n) => n !== undefined) ? units : undefined;
    },
    may: `one to ${MOST_LAYERS} whole numbers from 1 to ${MOST_UNITS}, as 200,200`,
  },
  rate: numberFrom(1e-6, 10),
  threshold: numberFrom(1e-3, 100),
  negatives: oneOf(...NEGATIVES),
  backend: oneOf(...BACKENDS),
  seed: wholeFrom(0, Number.MAX_SAFE_INTEGER),
  images: oneOf<number>(...IMAGES),
  until: wholeFrom(1, 1e9),
  run: {
    read: (text) => text === "1" ? true : text === "0" ? false : undefined,
    may: "0 or 1",
  },
  hide: {
    read: (text) => text.split(",").filter((name) => /^[a-z]+$/.test(name)),
    may: "names of panels",
  },
};

/** Reads one setting from the text that stands for it; what it may be, in words, where that cannot be. */
export function readSetting<K extends keyof Settings>(
  name: K,
  text: string,
): { value: Settings[K]; fault: null } | { value: null; fault: string } {
  const { read, may } = parts[name];
  const value = read(text);
  return value === undefined ? { value: null, fault: may } : { value, fault: null };
}

/** The settings in an address' query, and a sentence for each part of it that cannot be. */
export function readAddress(query: string): { settings: Settings; faults: string[] } {
  const settings: Record<string, unknown> = { ...DEFAULTS };
  const faults: string[] = [];
  for (const [name, text] of new URLSearchParams(query)) {
    const said = `The address has ${name}=${text}, which`;
    if (!Object.hasOwn(parts, name)) {
      faults.push(`${said} means nothing here. It may have ${Object.keys(parts).join(", ")}.`);
      continue;
    }
    const { value, fault } = readSetting(name as keyof Settings, text);
    if (fault === null) settings[name] = value;
    else faults.push(`${said} cannot be: the usual is used instead. It may be ${fault}.`);
  }
  return { settings: settings as unknown as Settings, faults };
}

/** The query of an address with these settings; what is as usual is left out. */
export function writeAddress(settings: Settings): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(settings)) {
    const usual = DEFAULTS[name as keyof Settings];
    if (value === null || String(value) === String(usual)) continue;
    query.set(name, typeof value === "boolean" ? String(Number(value)) : String(value));
  }
  const text = query.toString().replaceAll("%2C", ",");
  return text && `?${text}`;
}

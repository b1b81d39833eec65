// The program that is bundled for the browser. A page runs its cases itself, or has a dedicated worker run the same bundle.

import { loadMnist } from "@forward-forward/datasets";
import { loadGolden } from "../_golden.ts";
import { type BrowserCase, type Group, groups, type Host, LIMIT } from "./_cases.ts";

/** What came of a case. */
export interface Outcome {
  /** The case. */
  criterion: string;
  /** Why it failed, or `null`. */
  error: string | null;
  /** What it resolved to. */
  value?: unknown;
}

/** What runs a case. */
export type Place = "page" | "worker";

/** What the driver asks of a page. */
export interface Program {
  /** Runs the cases of some groups. */
  runGroups: (names: Group[], place: Place) => Promise<void>;
}

/** What the driver adds to a page. */
export interface Driver {
  /** Hears of each case. */
  report: (outcome: Outcome) => Promise<void>;
  /** Ends the GPU's process. */
  killGpuProcess: () => Promise<void>;
}

// What a worker says to its page. The page answers a wish to kill when it is done, and nothing else.
type Said = { outcome: Outcome } | "kill" | "done";

const driver: Driver = "document" in globalThis ? globalThis as unknown as Driver : {
  report: (outcome) => Promise.resolve(say({ outcome })),
  killGpuProcess: async () => {
    say("kill");
    await new Promise((resolve) => addEventListener("message", resolve, { once: true }));
  },
};

function say(said: Said): void {
  self.postMessage(said);
}

async function load(path: string): Promise<Uint8Array> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

const host: Host = {
  mnist: once(() => loadMnist({ url: "/mnist" })),
  golden: once(() => loadGolden((name) => load(`/golden/${name}`))),
  killGpuProcess: () => driver.killGpuProcess(),
};

async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = (): void => reject(new Error(`it has not ended after ${seconds} s`));
    timer = setTimeout(fail, 1000 * seconds);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function outcome({ criterion, run, limit = LIMIT }: BrowserCase): Promise<Outcome> {
  try {
    return { criterion, error: null, value: await within(limit, run(host)) };
  } catch (error) {
    return { criterion, error: error instanceof Error ? error.stack! : String(error) };
  }
}

async function runHere(names: Group[]): Promise<void> {
  for (const one of names.flatMap((name) => groups[name])) await driver.report(await outcome(one));
}

async function runInWorker(names: Group[]): Promise<void> {
  const worker = new Worker(import.meta.url, { type: "module", name: JSON.stringify(names) });
  await new Promise<void>((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message}`));
    worker.onmessage = async ({ data: said }: MessageEvent<Said>) => {
      if (said === "done") resolve();
      else if (said === "kill") worker.postMessage(await driver.killGpuProcess());
      else await driver.report(said.outcome);
    };
  });
  worker.terminate();
}

if ("document" in globalThis) {
  const program: Program = {
    runGroups: (names, place) => place === "page" ? runHere(names) : runInWorker(names),
  };
  Object.assign(globalThis, program);
} else {
  // The page hears of errors, but not of rejections.
  addEventListener("unhandledrejection", ({ reason }) => reportError(reason));
  await runHere(JSON.parse(self.name));
  say("done");
}

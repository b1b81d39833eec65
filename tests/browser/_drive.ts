// Opens pages in headless Chromium and prints what came of their cases, a line of JSON each.
// A program of its own, because the browser's driver needs permissions that the tests have no use for.

import { type Browser, chromium } from "playwright-core";
import { PATIENCE } from "../_chromium.ts";
import type { Group } from "./_cases.ts";
import type { Driver, Outcome, Place, Program } from "./program.ts";

/** A page to open. */
export interface Visit {
  /** Its address. */
  url: string;
  /** What runs its cases. */
  place: Place;
  /** The cases. */
  groups: Group[];
}

/** A browser to start. */
export interface Launch {
  /** Its switches. */
  flags: string[];
  /** The pages to open, one round after the other, those of a round at the same time. */
  rounds: Visit[][];
}

/** A line that is printed. */
export interface Line extends Outcome {
  /** What ran the case. */
  place: Place;
}

async function killGpuProcess(browser: Browser): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  await session.send("Browser.crashGpuProcess");
  await session.detach();
}

async function visit(browser: Browser, { url, place, groups }: Visit): Promise<void> {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  const broken = new Promise<never>((_, reject) => {
    page.on("pageerror", reject);
    page.on("crash", () => reject(new Error("the page crashed")));
  });
  page.on("console", (message) => console.error(message.text()));
  const driver: Driver = {
    report: (outcome) => {
      const line: Line = { place, ...outcome };
      return Promise.resolve(console.log(JSON.stringify(line)));
    },
    killGpuProcess: () => killGpuProcess(browser),
  };
  for (const [name, work] of Object.entries(driver)) await page.exposeFunction(name, work);
  await page.goto(url);
  const run = page.evaluate(
    ({ groups, place }) => (globalThis as unknown as Program).runGroups(groups, place),
    { groups, place },
  );
  await Promise.race([run, broken]);
  await page.close();
}

if (import.meta.main) {
  const [executablePath = "", launches = "[]"] = Deno.args;
  for (const { flags, rounds } of JSON.parse(launches) as Launch[]) {
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", ...flags] });
    for (const round of rounds) await Promise.all(round.map((one) => visit(browser, one)));
    await browser.close();
  }
}

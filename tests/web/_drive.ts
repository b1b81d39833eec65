// Makes visits to the lab in headless Chromium and prints what came of each, a line of JSON each.
// A program of its own, because the browser's driver needs permissions that the tests have no use for.

import { type Browser, chromium, type Page } from "playwright-core";
import { PATIENCE } from "../_chromium.ts";
import { type PageOptions, type Visit, visits } from "./_visits.ts";

/** A browser to start. */
export interface Launch {
  /** Its switches. */
  flags: string[];
  /** The visits to make, one after the other. */
  visits: string[];
}

/** What came of a visit. */
export interface Line {
  /** Which. */
  name: string;
  /** Why it failed, or null. */
  error: string | null;
  /** What it returned. */
  value?: unknown;
  /** What it did that no page of the lab may do: words on the console, errors, requests that leave its origin or fail. */
  troubles: string[];
  /** The files that were fetched, in order. */
  fetched: string[];
}

async function visit(browser: Browser, address: string, name: string): Promise<Line> {
  const troubles: string[] = [];
  const fetched: string[] = [];
  const pages: Page[] = [];
  const open = async (query: string, options: PageOptions = {}): Promise<Page> => {
    const { viewport = { width: 1280, height: 900 }, dark = false, before, expected } = options;
    const page = await browser.newPage({ viewport, colorScheme: dark ? "dark" : "light" });
    page.setDefaultTimeout(PATIENCE);
    pages.push(page);
    const trouble = (words: string): void => {
      if (!expected?.test(words)) troubles.push(words);
    };
    page.on("pageerror", (error) => trouble(String(error)));
    page.on("console", (message) => trouble(message.text()));
    page.on("requestfailed", (request) => trouble(`${request.url()} failed`));
    page.on("request", (request) => {
      const url = request.url();
      if (url.startsWith(address)) fetched.push(url.slice(address.length));
      else if (!/^(blob|data):/.test(url)) troubles.push(`a request to ${url}`);
    });
    await before?.(page);
    await page.goto(address + query);
    return page;
  };
  const given: Visit = { open, browser };
  let line: Line;
  try {
    line = { name, error: null, value: await visits[name]!(given), troubles, fetched };
  } catch (error) {
    line = { name, error: (error as Error).stack!, troubles, fetched };
  }
  for (const page of pages) await page.close();
  return line;
}

if (import.meta.main) {
  const [executablePath = "", address = "", launches = "[]"] = Deno.args;
  for (const { flags, visits } of JSON.parse(launches) as Launch[]) {
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", ...flags] });
    for (const name of visits) console.log(JSON.stringify(await visit(browser, address, name)));
    await browser.close();
  }
}

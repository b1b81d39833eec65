// What is done in the lab's pages, and what is seen there. Each visit returns what its test judges.

import { Buffer } from "node:buffer";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { PATIENCE } from "../_chromium.ts";

/** What a visit is given. */
export interface Visit {
  /** Opens a page of the lab with a query. */
  open: (query: string, options?: PageOptions) => Promise<Page>;
  /** The browser. */
  browser: Browser;
}

/** How a page is opened. */
export interface PageOptions {
  /** Its size. */
  viewport?: { width: number; height: number };
  /** Whether it is dark. */
  dark?: boolean;
  /** Before it is opened. */
  before?: (page: Page) => Promise<unknown>;
  /** What of the console's errors is meant to come. */
  expected?: RegExp;
}

/** A figure of the bar, as a number. */
export async function figure(page: Page, name: string): Promise<number> {
  const text = await page.locator(`[data-figure="${name}"]`).textContent();
  return Number(text!.replaceAll(/[, %]/g, "").replace("–", "NaN"));
}

/** Waits until something is so. */
export async function until(
  what: string,
  holds: () => Promise<boolean>,
): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!await holds()) {
    if (performance.now() > end) throw new Error(`${what} has not come`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const ERROR = "held-out error";

async function paused(page: Page): Promise<void> {
  await until("a pause", () => page.getByRole("button", { name: "Run", exact: true }).isEnabled());
}

async function fingerprint(page: Page): Promise<string> {
  await page.locator("[data-fingerprint]").waitFor({ state: "attached" });
  return (await page.locator("[data-fingerprint]").textContent())!;
}

interface Shifting {
  shifts: number;
}

// In the page: sums up how far things jump that nobody moved.
function countShifts(): void {
  const counting = globalThis as unknown as Shifting;
  counting.shifts = 0;
  new PerformanceObserver((list) => {
    for (
      const entry of list
        .getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]
    ) {
      if (!entry.hadRecentInput) counting.shifts += entry.value;
    }
  }).observe({ type: "layout-shift", buffered: true });
}

type Stroke = readonly (readonly [x: number, y: number])[];

async function draw(page: Page, stroke: Stroke): Promise<void> {
  const paper = page.locator(".paper canvas");
  await paper.scrollIntoViewIfNeeded();
  const box = (await paper.boundingBox())!;
  for (const [i, [x, y]] of stroke.entries()) {
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 5 });
    if (i === 0) await page.mouse.down();
  }
  await page.mouse.up();
}

async function answered(page: Page): Promise<string> {
  const answer = page.locator("[data-answer]");
  await answer.waitFor();
  return (await answer.textContent())!;
}

const SEVEN: Stroke = [[0.3, 0.25], [0.68, 0.25], [0.45, 0.82]];

async function tested(page: Page): Promise<string> {
  await page.getByRole("button", { name: /test images/ }).click();
  const said = page.locator("[data-tested]");
  await until("a test", async () => /images wrong/.test((await said.textContent())!));
  return (await said.textContent())!;
}

/** All visits, by name. */
export const visits: Record<string, (visit: Visit) => Promise<unknown>> = {
  keyboard,
  accessible,
  phone,
  mistaken,
  wasm,
  nothing,

  // The whole way: open, draw, learn, take, open what was taken.
  async learns({ open }): Promise<unknown> {
    const page = await open("?backend=webgpu&layers=100&rate=0.015&seed=4&images=15000", {
      before: (page) => page.addInitScript(countShifts),
    });
    await draw(page, SEVEN);
    const answer = await answered(page);
    let shown = NaN;
    await until("an error below 10 %", async () => (shown = await figure(page, ERROR)) < 10);
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await paused(page);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    const path = await (await download).path();
    const test = await tested(page);
    await page.locator("input[type=file]").setInputFiles({
      name: "mine.safetensors",
      mimeType: "application/octet-stream",
      buffer: await readFile(path),
    });
    await until(
      "the file",
      () => page.getByRole("radio", { name: "mine.safetensors" }).isChecked(),
    );
    const kept = await answered(page);
    const testOfFile = await tested(page);
    const model = (await readFile(path)).toString("base64");
    const shifts = await page.evaluate(() => (globalThis as unknown as Shifting).shifts);
    return { answer, shown, test, testOfFile, kept, model, shifts };
  },

  // The same address is the same run, whatever was measured when.
  async repeats({ open }): Promise<unknown> {
    const query = "?backend=webgpu&layers=30,20&seed=5&until=45&images=4000";
    const page = await open(query);
    await paused(page);
    const first = await fingerprint(page);
    await page.getByRole("button", { name: "Start over" }).click();
    await until("the first update", async () => !(await figure(page, "updates") === 45));
    await paused(page);
    const again = await fingerprint(page);
    await page.close();
    const other = await open(query.replace("seed=5", "seed=6") + "&hide=take,learn");
    await paused(other);
    const panels = await other.locator("main section").evaluateAll((all) =>
      all.map(({ id }) => id)
    );
    return { first, again, other: await fingerprint(other), panels };
  },

  // One update at the very beginning, whose numbers anybody can compute.
  async steps({ open }): Promise<unknown> {
    const page = await open("?backend=webgpu&layers=20,15&run=0");
    await page.getByRole("button", { name: "look at one update" }).click();
    await page.getByRole("button", { name: "All of it" }).click();
    const cells = async (name: string): Promise<string[]> =>
      await page.locator(`[data-${name}]`).allTextContents();
    const wrong = await page.locator("#step").getByLabel("wrong label").inputValue();
    await page.getByRole("button", { name: "Scramble layer 2" }).click();
    await page.locator("[data-changed=backprop]").waitFor();
    const scrambled = await cells("changed");
    await page.getByRole("button", { name: "Freeze layer 2" }).click();
    await page.getByText("With layer 2 frozen").waitFor();
    return {
      wrong: Number(wrong),
      goodness: await cells("goodness"),
      changes: await cells("change"),
      scrambled,
      frozen: await cells("changed"),
    };
  },

  // A run whose device goes.
  async loses({ open, browser }): Promise<unknown> {
    const page = await open("?backend=webgpu&layers=30&images=4000");
    await until("some updates", async () => await figure(page, "updates") > 15);
    const session = await browser.newBrowserCDPSession();
    await session.send("Browser.crashGpuProcess");
    await page.getByText("the run goes on from").waitFor();
    await until("an error below 50 %", async () => await figure(page, ERROR) < 50);
    return { error: await figure(page, ERROR) };
  },

  // A GPU that is none.
  async software({ open }): Promise<unknown> {
    const page = await open("?layers=30&until=5&images=4000");
    await paused(page);
    return await page.locator(".status").innerText();
  },

  // Backpropagation beside it.
  async compares({ open }): Promise<unknown> {
    const page = await open("?backend=webgpu&layers=30&until=30&images=4000");
    await paused(page);
    await page.getByRole("button", { name: "Run backpropagation too" }).click();
    const words = page.locator("[data-compared]");
    await until("both", async () => /backpropagation \d/.test((await words.textContent())!));
    return await words.textContent();
  },
};

// Everything with keys alone.
async function keyboard({ open }: Visit): Promise<unknown> {
  const page = await open("?layers=30&until=20&images=4000");
  await paused(page);
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      return element.getAttribute("aria-label") ?? element.textContent ?? "";
    });
  const tabTo = async (name: RegExp): Promise<void> => {
    for (let i = 0; i < 120; i++) {
      await page.keyboard.press("Tab");
      if (name.test(await focused())) return;
    }
    throw new Error(`Tab does not come to ${name}`);
  };
  await tabTo(/^Settings/);
  await page.keyboard.press("Enter");
  await tabTo(/^One update|^Computed by/);
  await tabTo(/^Paper/);
  // A one: down the middle.
  await page.keyboard.press("Space");
  for (let i = 0; i < 18; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  const answer = await answered(page);
  await tabTo(/^Browse its mistakes/);
  await page.keyboard.press("Enter");
  await page.getByText("it is wrong about").waitFor();
  await tabTo(/^Pause, and look/);
  await page.keyboard.press("Enter");
  await page.locator("[data-goodness]").first().waitFor({ state: "attached" });
  return { answer };
}

// What axe-core finds, with everything opened.
async function accessible({ open }: Visit): Promise<unknown> {
  const found: string[] = [];
  for (const options of [{}, { dark: true, viewport: { width: 390, height: 844 } }]) {
    const page = await open("?layers=30&until=20&images=4000&nonsense=1", options);
    await paused(page);
    await draw(page, SEVEN);
    await answered(page);
    await page.locator("summary").first().click();
    await page.getByRole("button", { name: "Learn it too" }).click();
    await page.getByRole("button", { name: "Browse its mistakes" }).click();
    await page.getByText("it is wrong about").waitFor();
    await page.getByRole("button", { name: "look at one update" }).click();
    await page.locator("[data-goodness]").first().waitFor({ state: "attached" });
    await page.getByRole("button", { name: "Begin the tour" }).click();
    await page.evaluate(axe.source);
    const violations = await page.evaluate("axe.run().then(({ violations }) => violations)");
    for (const { id, nodes } of violations as { id: string; nodes: { html: string }[] }[]) {
      found.push(`${id}: ${nodes.map(({ html }) => html).join(", ")}`);
    }
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (overflow > 0) found.push(`${overflow} pixels too wide`);
    await page.close();
  }
  return found;
}

// The tour on a phone: how many pixels of what it tells of are seen above its card, a stop each.
async function phone({ open }: Visit): Promise<unknown> {
  const page = await open("?layers=30,20&images=4000", { viewport: { width: 390, height: 844 } });
  await until("some updates", async () => await figure(page, "updates") > 0);
  await page.getByRole("button", { name: "Begin the tour" }).click();
  const card = page.locator(".tour");
  const seen: number[] = [];
  for (const at of LOOKED_AT) {
    if (seen.length > 0) await card.getByRole("button", { name: "Next stop" }).click();
    await page.locator(at).first().waitFor();
    let last = -1;
    // Until the page has come to rest.
    await until("rest", async () => {
      const { y } = (await page.locator(at).first().boundingBox())!;
      const rests = y === last;
      last = y;
      return rests;
    });
    const [box, above] = [
      (await page.locator(at).first().boundingBox())!,
      (await card.boundingBox())!.y,
    ];
    seen.push(Math.round(Math.min(box.y + box.height, above) - Math.max(box.y, 0)));
  }
  await card.getByRole("button", { name: "End the tour" }).click();
  const columns = await page.locator(".trace tbody tr").first().evaluate((row) =>
    row.scrollWidth <= document.documentElement.clientWidth
  );
  return { seen, columns };
}

const LOOKED_AT = [
  "#watch",
  ".distributions",
  ".distributions",
  "#step",
  ".trace .now",
  "[data-changed=backprop]",
  ".verdict",
  "#compare",
];

// What cannot be, and the way back.
async function mistaken({ open }: Visit): Promise<unknown> {
  const page = await open("?layers=30,20&images=4000&until=20&rate=99");
  await paused(page);
  const address = await page.locator(".status").innerText();
  await page.locator("summary").first().click();
  const field = page.getByLabel("Units of each layer");
  await field.fill("0");
  await field.press("Enter");
  const fault = await page.locator(".field .fault").innerText();
  const kept = await field.inputValue();
  await page.getByRole("button", { name: "look at one update" }).click();
  await page.locator("[data-goodness]").first().waitFor({ state: "attached" });
  await field.fill("40");
  await field.press("Enter");
  // It waits at its beginning, for the run before was paused.
  await until("another run", async () => (await figure(page, "updates")) === 0);
  const stale = await page.locator("[data-goodness]").count();
  const alone = await page.locator(".proof .found").innerText();
  await page.goBack();
  await until("the run before", async () => (await field.inputValue()) === "30, 20");
  await paused(page);
  await page.locator("input[type=file]").setInputFiles({
    name: "picture.png",
    mimeType: "image/png",
    buffer: Buffer.from("no model at all"),
  });
  await page.locator("#take .fault", { hasText: "picture.png" }).waitFor();
  const file = await page.locator("#take .fault", { hasText: "picture.png" }).innerText();
  return { address, fault, kept, stale, alone, file };
}

// Without WebGPU.
async function wasm({ open }: Visit): Promise<unknown> {
  const page = await open("?layers=50&until=40&images=4000");
  await paused(page);
  return {
    status: await page.locator(".status").innerText(),
    error: await figure(page, ERROR),
    updates: await figure(page, "updates"),
  };
}

// Without WebGPU or WebAssembly.
async function nothing({ open }: Visit): Promise<unknown> {
  const page = await open("", {
    before: (page) => page.route("**/wasm/*", (route) => route.abort()),
    expected: /ERR_FAILED|wasm/i,
  });
  await page.getByText("The run has stopped").waitFor();
  await draw(page, SEVEN);
  return { status: await page.locator(".status").innerText(), answer: await answered(page) };
}

async function readFile(path: string): Promise<Buffer> {
  return Buffer.from(await Deno.readFile(path));
}

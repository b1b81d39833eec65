// Measures the lab in headless Chromium and prints what was found as JSON, a line after so many `restarts` before it. A program of its own, because the browser's driver needs
// permissions that nothing else here has use for.

import { chromium, type Page } from "playwright-core";
import { figure } from "../../tests/web/_visits.ts";

/** What is measured. */
export interface Plan {
  /** What computes. */
  backend: "webgpu" | "wasm";
  /** The browser's switches. */
  flags: string[];
  /** Rounds of everything, in turns. */
  rounds: number;
  /** Seconds of training before anything is counted: in its first, a run is looked at more often. */
  settle: number;
  /** Seconds of training in each that are counted. */
  seconds: number;
  /** How often a run is begun anew, to see what is left in memory. */
  restarts: number;
}

/** What was found. */
export interface Found {
  /** Milliseconds from the opening of the page until the first figure of its error is shown, a round each. */
  firstFigure: number[];
  /** Until the second, so that there is a curve. */
  firstCurve: number[];
  /** Images a second, all looks and pictures included. */
  lab: number[];
  /** Of the same training in a worker without the lab. */
  bare: number[];
  /** Milliseconds from a move of the mouse over the paper until the frame that shows it is done, while it trains. */
  moves: number[];
}

interface Noted {
  figures: number[];
  moves: number[];
}

// In the page: when the error's figure changes, and how long a move of the mouse takes.
function note(): void {
  const noted: Noted = { figures: [], moves: [] };
  (globalThis as unknown as { noted: Noted }).noted = noted;
  let shown = "";
  new MutationObserver(() => {
    const text = document.querySelector('[data-figure="held-out error"]')?.textContent ?? "";
    if (text === shown || !/\d/.test(text)) return;
    shown = text;
    noted.figures.push(performance.now());
  }).observe(document, { subtree: true, childList: true, characterData: true });
  addEventListener("pointermove", ({ timeStamp }) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = (): void => void noted.moves.push(performance.now() - timeStamp);
      port2.postMessage(null);
    }), { capture: true });
}

const noted = (page: Page): Promise<Noted> =>
  page.evaluate(() => (globalThis as unknown as { noted: Noted }).noted);

async function rateOf(page: Page, seconds: number): Promise<number> {
  const at = async (): Promise<[number, number]> => {
    const before = await figure(page, "images seen");
    // When it changes, that is how many there are now.
    for (;;) {
      const now = await figure(page, "images seen");
      if (now > before) return [now, performance.now()];
      await page.waitForTimeout(5);
    }
  };
  const [images, from] = await at();
  await page.waitForTimeout(1000 * seconds);
  const [more, to] = await at();
  return 1000 * (more - images) / (to - from);
}

// A stroke to and fro, a point every frame or so.
async function draw(page: Page, seconds: number): Promise<void> {
  const paper = page.locator(".paper canvas");
  await paper.scrollIntoViewIfNeeded();
  const box = (await paper.boundingBox())!;
  const end = performance.now() + 1000 * seconds;
  await page.mouse.move(box.x + 0.2 * box.width, box.y + 0.5 * box.height);
  await page.mouse.down();
  for (let i = 0; performance.now() < end; i++) {
    const [x, y] = [0.5 + 0.3 * Math.sin(i / 9), 0.5 + 0.3 * Math.sin(i / 31)];
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
    await page.waitForTimeout(16);
  }
  await page.mouse.up();
}

// In the page, because so short a run may have ended before it is looked at from outside: starts over, and waits until that run is under way.
function restartSeen(): Promise<void> {
  const buttons = [...document.querySelectorAll("button")];
  const named = (name: string): HTMLButtonElement =>
    buttons.find(({ textContent }) => textContent.trim() === name)!;
  const run = named("Run");
  return new Promise((resolve) => {
    const seen = new MutationObserver(() => {
      seen.disconnect();
      resolve();
    });
    seen.observe(run, { attributes: true, subtree: true, childList: true, characterData: true });
    named("Start over").click();
  });
}

async function measure(executablePath: string, address: string, plan: Plan): Promise<Found> {
  const { backend, flags, rounds, settle, seconds, restarts } = plan;
  const found: Found = {
    firstFigure: [],
    firstCurve: [],
    lab: [],
    bare: [],
    moves: [],
  };
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", ...flags] });
  const query = `?backend=${backend}`;
  for (let round = 0; round < rounds; round++) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.addInitScript(note);
    await page.goto(address + query);
    while ((await noted(page)).figures.length < 2) await page.waitForTimeout(50);
    const [first, second] = (await noted(page)).figures;
    found.firstFigure.push(first!);
    found.firstCurve.push(second!);
    await page.waitForTimeout(1000 * settle);
    found.lab.push(await rateOf(page, seconds));
    await draw(page, seconds);
    found.moves.push(...(await noted(page)).moves);
    await page.close();
    const bare = await browser.newPage();
    await bare.goto(`${address}bare.html`);
    found.bare.push(
      await bare.evaluate(({ backend, seconds }) =>
        new Promise<number>((resolve, reject) => {
          const worker = new Worker("bare_worker.js", { type: "module" });
          worker.onmessage = ({ data }): void => resolve(data);
          worker.onerror = ({ message }): void => reject(new Error(message));
          worker.postMessage({ backend, seconds });
        }), { backend, seconds }),
    );
    await bare.close();
  }
  const page = await browser.newPage();
  await page.goto(`${address}${query}&layers=50&images=4000&until=10`);
  const run = page.getByRole("button", { name: "Run", exact: true });
  for (let i = 0; i <= restarts; i++) {
    await run.waitFor({ timeout: 60_000 });
    while (!await run.isEnabled()) await page.waitForTimeout(50);
    if (i % Math.ceil(restarts / 10) === 0) {
      // Whoever started this looks at the browser's memory meanwhile.
      console.log(JSON.stringify({ restarts: i }));
      await page.waitForTimeout(1000);
    }
    await page.evaluate(restartSeen);
  }
  await browser.close();
  return found;
}

if (import.meta.main) {
  const [executablePath = "", address = "", plan = "{}"] = Deno.args;
  console.log(JSON.stringify(await measure(executablePath, address, JSON.parse(plan))));
}

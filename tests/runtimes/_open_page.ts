// Runs a bundled page in headless Chromium, and prints what came of it as JSON.
// A program of its own, because the browser's driver needs permissions that the tests have no use for.

import { chromium } from "playwright-core";
import { PATIENCE, WEBGPU_SWITCHES } from "../_chromium.ts";

const [executablePath = "", address = "", awaited] = Deno.args;
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", ...WEBGPU_SWITCHES],
});
const page = await browser.newPage();
page.setDefaultTimeout(PATIENCE);
page.on("pageerror", (error) => console.error(String(error)));
await page.goto(address);
if (awaited) {
  // The page does it by itself, and says so in the end.
  const end = page.getByText(awaited);
  await end.waitFor();
  console.log(JSON.stringify(await end.textContent()));
} else {
  await page.waitForFunction("globalThis.trainAndPredict");
  console.log(JSON.stringify(await page.evaluate("trainAndPredict()")));
}
await browser.close();

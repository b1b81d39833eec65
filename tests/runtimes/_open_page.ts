// Runs a bundled page in headless Chromium, and prints what came of it as JSON.
// A program of its own, because the browser's driver needs permissions that the tests have no use for.

import { chromium } from "playwright-core";

const [executablePath = "", address = ""] = Deno.args;
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"],
});
const page = await browser.newPage();
page.on("pageerror", (error) => console.error(String(error)));
await page.goto(address);
await page.waitForFunction("globalThis.trainAndPredict");
console.log(JSON.stringify(await page.evaluate("trainAndPredict()")));
await browser.close();

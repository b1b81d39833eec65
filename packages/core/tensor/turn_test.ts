// A turn of the event loop reaches timers too.

import { assert } from "@std/assert";
import { turnEventLoop } from "./turn.ts";

Deno.test("turnEventLoop() lets a timer fire within eight turns", async () => {
  let fired = false;
  const timer = setTimeout(() => fired = true, 0);
  for (let turn = 0; turn < 8; turn++) await turnEventLoop();
  clearTimeout(timer);
  assert(fired);
});

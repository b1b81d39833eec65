import { assertEquals, assertInstanceOf } from "@std/assert";
import { Interrupted } from "./errors.ts";
import { onInterrupt } from "./interrupt.ts";

Deno.test("onInterrupt() aborts at the first Ctrl-C and leaves at the second", () => {
  const done: (string | number)[] = [];
  using interrupt = onInterrupt(() => done.push("tidy"), (code) => done.push(code));
  assertEquals(interrupt.signal.aborted, false);
  interrupt.press();
  assertInstanceOf(interrupt.signal.reason, Interrupted);
  assertEquals(done, []);
  interrupt.press();
  assertEquals(done, ["tidy", 130]);
});

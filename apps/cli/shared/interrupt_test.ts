import { assertEquals, assertInstanceOf } from "@std/assert";
import { Interrupted } from "./errors.ts";
import { onInterrupt } from "./interrupt.ts";

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`onInterrupt() aborts at ${signal}, for exit code ${code}, and leaves at the Ctrl-C after it`, () => {
    const done: (string | number)[] = [];
    using interrupt = onInterrupt(() => done.push("tidy"), (code) => done.push(code));
    assertEquals(interrupt.signal.aborted, false);
    interrupt.press(signal);
    const { reason } = interrupt.signal;
    assertInstanceOf(reason, Interrupted);
    assertEquals([reason.code, done], [code, []]);
    interrupt.press("SIGTERM");
    assertEquals(done, []);
    interrupt.press("SIGINT");
    assertEquals(done, ["tidy", 130]);
  });
}

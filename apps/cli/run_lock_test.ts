import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "./errors.ts";
import { lockRun } from "./run_lock.ts";

Deno.test("lockRun() lets one in at a time, and leaves nothing behind", async () => {
  const run = await Deno.makeTempDir();
  for (let i = 0; i < 2; i++) {
    using _lock = await lockRun(run);
    const { message } = await assertRejects(() => lockRun(run), UsageError);
    assertEquals(
      message,
      `another process trains the run in ${run}: wait for it to end, or stop it with Ctrl-C`,
    );
  }
  assertEquals([...Deno.readDirSync(run)], []);
  await Deno.remove(run);
  await assertRejects(() => lockRun(run), UsageError, `there is no run folder ${run}`);
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import { withFolder } from "../_testing.ts";
import { UsageError } from "../shared/errors.ts";
import { isLocked, lockRun, type RunLock } from "./run_lock.ts";

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

Deno.test("lockRun() is not held twice where a third comes between opening the file and locking it", () =>
  withFolder(async (run) => {
    const { tryLock } = Deno.FsFile.prototype;
    const first = await lockRun(run);
    let third: RunLock | null = null;
    Deno.FsFile.prototype.tryLock = async function (exclusive): Promise<boolean> {
      Deno.FsFile.prototype.tryLock = tryLock;
      // What the second has opened goes away, and the third makes it anew.
      first[Symbol.dispose]();
      third = await lockRun(run);
      return await tryLock.call(this, exclusive);
    };
    try {
      await assertRejects(() => lockRun(run), UsageError, "another process trains");
    } finally {
      Deno.FsFile.prototype.tryLock = tryLock;
    }
    third![Symbol.dispose]();
    (await lockRun(run))[Symbol.dispose]();
    assertEquals([...Deno.readDirSync(run)], []);
  }));

Deno.test("lockRun() keeps a crowd apart", () =>
  withFolder(async (run) => {
    let inside = 0;
    let entered = 0;
    const one = async (): Promise<void> => {
      while (entered < 200) {
        try {
          using lock = await lockRun(run);
          assertEquals(++inside, 1);
          entered++;
          await lock.renew();
          inside--;
        } catch (error) {
          assert(error instanceof UsageError, String(error));
        }
      }
    };
    await Promise.all(Array.from({ length: 12 }, one));
    assertEquals([...Deno.readDirSync(run)], []);
  }));

Deno.test("RunLock.renew() takes a lock again that was removed, unless another has it", () =>
  withFolder(async (run) => {
    using lock = await lockRun(run);
    await lock.renew();
    await Deno.remove(`${run}/lock`);
    await lock.renew();
    await assertRejects(() => lockRun(run), UsageError, "another process trains");
    await Deno.remove(`${run}/lock`);
    using _other = await lockRun(run);
    await assertRejects(() => lock.renew(), UsageError, "this one stops");
  }));

Deno.test("lockRun() says where a file system has no locks, and lets the last one in have the folder", () =>
  withFolder(async (run) => {
    const { tryLock } = Deno.FsFile.prototype;
    // As a mount without locks answers, and one whose locks do not reach to other machines.
    for (const answer of [() => Promise.reject(new Error("ENOLCK")), () => Promise.resolve(true)]) {
      Deno.FsFile.prototype.tryLock = answer;
      try {
        const first = await lockRun(run);
        assertEquals(first.holds, await answer().catch(() => false));
        await first.renew();
        using second = await lockRun(run);
        await assertRejects(
          () => first.renew(),
          UsageError,
          "does not reach from machine to machine",
        );
        // Who has lost the folder takes nothing from who has it.
        first[Symbol.dispose]();
        await second.renew();
        assertEquals([...Deno.readDirSync(run)].length, 1);
      } finally {
        Deno.FsFile.prototype.tryLock = tryLock;
      }
    }
  }));

Deno.test("isLocked() tells whether a process has a run, and makes no file", () =>
  withFolder(async (run) => {
    assertEquals(await isLocked(run), false);
    {
      using lock = await lockRun(run);
      assertEquals([lock.holds, await isLocked(run)], [true, true]);
      await assertRejects(() => lockRun(run), UsageError);
    }
    assertEquals([await isLocked(run), [...Deno.readDirSync(run)]], [false, []]);
    assertEquals(await isLocked(`${run}/none`), false);
  }));

import { assert, assertEquals } from "@std/assert";
import { Clock } from "./clock.ts";

// A run of so many seconds whose updates and looks take what is said.
async function run(
  seconds: number,
  update: number,
  look: number,
): Promise<{ share: number; looks: number[] }> {
  let now = 0;
  let measuring = 0;
  const looks: number[] = [];
  const clock = new Clock(() => now);
  while (now < 1000 * seconds) {
    if (clock.due) {
      // The first one has kernels to compile.
      const takes = looks.push(now / 1000) === 1 ? 5 * look : look;
      await clock.look(() => {
        now += takes;
        measuring += takes;
        return Promise.resolve();
      });
    }
    clock.start();
    now += update;
  }
  assertEquals(clock.trained, now - measuring);
  return { share: measuring / now, looks };
}

Deno.test("Clock: a slow device draws its first curve soon, and looks take little of its time in the long run", async () => {
  const { share, looks } = await run(600, 40, 300);
  assert(looks.filter((at) => at < 3).length >= 3, `${looks.slice(0, 6)}`);
  assert(share < 0.07, `${share}`);
  assert(looks.length > 60);
});

Deno.test("Clock: a fast device is looked at often, and not all the time", async () => {
  const { share, looks } = await run(60, 1, 10);
  assert(share < 0.07, `${share}`);
  assert(looks.length > 200);
});

Deno.test("Clock: what is left for something else is no training", async () => {
  let now = 0;
  const clock = new Clock(() => now);
  clock.start();
  now += 5;
  await clock.leave(() => Promise.resolve(now += 100));
  now += 5;
  clock.stop();
  now += 50;
  assertEquals(clock.trained, 10);
});

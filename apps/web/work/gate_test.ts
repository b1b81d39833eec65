import { assertEquals, assertRejects } from "@std/assert";
import { DeviceLostError } from "@forward-forward/core";
import { Gate } from "./gate.ts";

const signal = new AbortController().signal;
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

// Updates that pass a gate, and how often it was found shut.
function through(gate: Gate): { updates: number; halts: number; end: Promise<void> } {
  const seen = { updates: 0, halts: 0, end: Promise.resolve() };
  seen.end = (async () => {
    for (;;) {
      await gate.pass(signal, () => Promise.resolve(void seen.halts++));
      seen.updates++;
      if (seen.updates > 100) return;
    }
  })();
  seen.end.catch(() => {});
  return seen;
}

Deno.test("Gate lets as many updates pass as it was told, and is found shut once each time", async () => {
  const gate = new Gate();
  const seen = through(gate);
  await turn();
  assertEquals([seen.updates, seen.halts], [0, 1]);
  gate.let(1);
  await turn();
  assertEquals([seen.updates, seen.halts], [1, 2]);
  gate.let(3);
  await turn();
  assertEquals([seen.updates, seen.halts], [4, 3]);
  gate.let();
  await seen.end;
  assertEquals(seen.updates, 101);
});

Deno.test("Gate runs jobs while it is shut, and what one throws is its own unless the device is lost", async () => {
  const gate = new Gate();
  const seen = through(gate);
  assertEquals(await gate.between(() => Promise.resolve(7)), 7);
  await assertRejects(
    () => gate.between(() => Promise.reject(new TypeError("no"))),
    TypeError,
    "no",
  );
  gate.let(1);
  await turn();
  assertEquals(seen.updates, 1);
  const lost = new DeviceLostError("gone");
  await assertRejects(() => gate.between(() => Promise.reject(lost)), DeviceLostError);
  await assertRejects(() => seen.end, DeviceLostError);
});

Deno.test("Gate: who waits at it hears of the end", async () => {
  const gate = new Gate();
  const end = new AbortController();
  const waits = gate.pass(end.signal, () => Promise.resolve());
  await turn();
  end.abort(new Error("over"));
  await assertRejects(() => waits, Error, "over");
  const job = gate.between(() => Promise.resolve());
  gate.close(new Error("closed"));
  await assertRejects(() => job, Error, "closed");
  await assertRejects(() => gate.between(() => Promise.resolve()), Error, "closed");
});

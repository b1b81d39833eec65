// A turn of the event loop, for backends whose work would keep it from turning.

// Messages overtake signals: in Deno a loop that only ever waits for messages hears of Ctrl-C seconds later.
const TIMER_EVERY = 8;

let turns = 0;

/**
 * Lets the event loop turn once, so that timers, signals and messages get their time. A message is a task of its own,
 * as a timer is, but comes without a timer's delay of a millisecond or more; every eighth turn is a timer's.
 */
export async function turnEventLoop(): Promise<void> {
  if (++turns % TIMER_EVERY === 0) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    return;
  }
  const { port1, port2 } = new MessageChannel();
  await new Promise<void>((resolve) => {
    port1.onmessage = (): void => resolve();
    port2.postMessage(null);
  });
  port1.close();
}

// A turn of the event loop, for backends whose work would keep it from turning.

/**
 * Lets the event loop turn once, so that timers, signals and messages get their time. A message is a task of its own,
 * as a timer is, but comes without a timer's delay of a millisecond or more.
 */
export async function turnEventLoop(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  await new Promise<void>((resolve) => {
    port1.onmessage = (): void => resolve();
    port2.postMessage(null);
  });
  port1.close();
}

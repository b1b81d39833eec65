// Ctrl-C: once asks the work to stop, twice ends the process.

import { EXIT, Interrupted } from "./errors.ts";

/** Listens for Ctrl-C until it is disposed of. */
export interface Interrupt extends Disposable {
  /** Aborts with an {@linkcode Interrupted} at the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Lets a Ctrl-C be heard while work keeps the event loop busy. Call it often: four times a second it takes a turn. */
  listen(): Promise<void> | void;
  /** What a Ctrl-C does. */
  press(): void;
}

const LISTEN_EVERY = 250;

/** Starts to listen. `leave` tidies up the terminal before the second Ctrl-C ends the process with `exit`. */
export function onInterrupt(
  leave: () => void,
  exit: (code: number) => void = Deno.exit,
): Interrupt {
  const controller = new AbortController();
  const press = (): void => {
    if (controller.signal.aborted) {
      leave();
      exit(EXIT.interrupted);
    } else {
      controller.abort(new Interrupted("interrupted"));
    }
  };
  Deno.addSignalListener("SIGINT", press);
  let last = performance.now();
  return {
    signal: controller.signal,
    listen(): Promise<void> | void {
      if (performance.now() - last < LISTEN_EVERY) return;
      // A timer's turn: in the shorter ones that backends take, a signal may go unheard for seconds.
      return new Promise((resolve) =>
        setTimeout(() => {
          last = performance.now();
          resolve();
        }, 0)
      );
    },
    press,
    [Symbol.dispose]: () => Deno.removeSignalListener("SIGINT", press),
  };
}

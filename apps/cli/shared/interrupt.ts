// Ctrl-C, and SIGTERM, with which systems and schedulers end a process: either asks the work to stop, a second Ctrl-C ends
// the process.

import { EXIT, Interrupted } from "./errors.ts";

/** Listens for both until it is disposed of. */
export interface Interrupt extends Disposable {
  /** Aborts with an {@linkcode Interrupted} at the first signal. */
  readonly signal: AbortSignal;
  /** What a signal does. */
  press(signal: keyof typeof CODES): void;
}

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;

// Windows has no SIGTERM: what ends a process there does not ask.
const heard = (Object.keys(CODES) as (keyof typeof CODES)[])
  .filter((signal) => signal === "SIGINT" || Deno.build.os !== "windows");

/** Starts to listen. `leave` tidies up the terminal before a second Ctrl-C ends the process with `exit`. */
export function onInterrupt(
  leave: () => void,
  exit: (code: number) => void = Deno.exit,
): Interrupt {
  const controller = new AbortController();
  const press = (signal: keyof typeof CODES): void => {
    if (!controller.signal.aborted) {
      controller.abort(new Interrupted("interrupted", CODES[signal]));
    } else if (signal === "SIGINT") {
      leave();
      exit(CODES[signal]);
    }
    // SIGTERM comes twice where it is sent to a group of processes of which one passes it on.
  };
  const listeners = heard.map((signal) => [signal, () => press(signal)] as const);
  for (const listener of listeners) Deno.addSignalListener(...listener);
  return {
    signal: controller.signal,
    press,
    [Symbol.dispose]: () => {
      for (const listener of listeners) Deno.removeSignalListener(...listener);
    },
  };
}

// Ctrl-C: once asks the work to stop, twice ends the process.

import { EXIT, Interrupted } from "./errors.ts";

/** Listens for Ctrl-C until it is disposed of. */
export interface Interrupt extends Disposable {
  /** Aborts with an {@linkcode Interrupted} at the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** What a Ctrl-C does. */
  press(): void;
}

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
  return {
    signal: controller.signal,
    press,
    [Symbol.dispose]: () => Deno.removeSignalListener("SIGINT", press),
  };
}

// How far the device may lag behind the host, and when the host lets its event loop turn.
//
// Without a bound a fast host would record hours of work for a slow device, and an abort would come
// after all of it. The only way to learn how far the device got is `onSubmittedWorkDone`. In a
// browser its promise tells; in Deno 2.9 the call itself waits until the device has done
// everything, and its promise settles some 11 ms later. So it is called seldom, and its promise
// is awaited only when three later ones are pending, by when Deno's has long settled.

import { turnEventLoop } from "@forward-forward/core/tensor";
import type { Health } from "./_health.ts";

// Submissions between two marks, and marks that may be pending: at most 32 submissions of lag.
const MOST_BETWEEN_MARKS = 8;
const MOST_PENDING_MARKS = 3;

// Milliseconds that the host may be busy before timers and signals get their turn.
const TURN_EVERY = 25;

/** Bounds the lag of a queue. */
export class Lag {
  readonly #queue: GPUQueue;
  readonly #health: Health;
  readonly #marks: Promise<void>[] = [];
  #sinceMark = 0;
  // One until the first is measured: eight updates of a full batch can take minutes.
  #betweenMarks = 1;
  #lastTurn = performance.now();

  /** Watches a queue. */
  constructor(queue: GPUQueue, health: Health) {
    this.#queue = queue;
    this.#health = health;
  }

  /** Counts a submission that was just made. */
  submitted(): void {
    if (++this.#sinceMark < this.#betweenMarks) return;
    const start = performance.now();
    const mark = this.#queue.onSubmittedWorkDone();
    // Where the call waits, a slow device gets shorter waits.
    const waited = performance.now() - start;
    const fit = Math.floor(this.#sinceMark * TURN_EVERY / waited);
    this.#betweenMarks = Math.max(1, Math.min(MOST_BETWEEN_MARKS, fit));
    this.#sinceMark = 0;
    mark.catch(() => {}); // A lost device is reported by `Health`.
    this.#marks.push(mark);
  }

  /** Waits until the device is near enough, and lets the event loop turn if it has not for a while. */
  async keepUp(): Promise<void> {
    while (this.#marks.length > MOST_PENDING_MARKS) {
      await this.#health.work(this.#marks.shift()!);
    }
    if (performance.now() - this.#lastTurn < TURN_EVERY) return;
    await turnEventLoop();
    this.#lastTurn = performance.now();
  }
}

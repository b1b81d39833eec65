// Time spent training and time spent measuring, and when the next look at the network is due.

/** In the long run so much of all time may go into what the page shows. */
const SHARE = 0.06;
/** In the beginning looks come as often as training grows by this part. */
const GROWTH = 0.5;
/** Milliseconds of training between two looks at least. */
const LEAST = 80;

/** A stopwatch with two hands, in milliseconds. */
export class Clock {
  readonly #now: () => number;
  #training = 0;
  #since: number | null = null;
  #due = 0;
  #looks = 0;

  /** A clock that stands at zero. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Training goes on. */
  start(): void {
    this.#since ??= this.#now();
  }

  /** Training stops; nothing where it has. */
  stop(): void {
    this.#training = this.trained;
    this.#since = null;
  }

  /** Milliseconds spent training until now. */
  get trained(): number {
    return this.#training + (this.#since === null ? 0 : this.#now() - this.#since);
  }

  /** Whether the next look may be taken. */
  get due(): boolean {
    return this.trained >= this.#due;
  }

  /** Runs what is no training. */
  async leave<T>(work: () => Promise<T>): Promise<T> {
    const goesOn = this.#since !== null;
    this.stop();
    try {
      return await work();
    } finally {
      if (goesOn) this.start();
    }
  }

  /** Looks at the network, and decides by what that took when the next look is due. */
  async look<T>(work: () => Promise<T>): Promise<T> {
    const began = this.#now();
    return await this.leave(work).finally(() => {
      const took = this.#now() - began;
      const { trained } = this;
      // What the first one takes tells nothing: everything is made for it.
      const soon = this.#looks++ === 0 ? 0 : GROWTH * trained + took;
      this.#due = trained + Math.max(LEAST, Math.min(took / SHARE, soon));
    });
  }
}

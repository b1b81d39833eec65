// Who is at a network: many may read its weights at once, one may change them.

/** Refuses what would see a network half changed, or change it under someone's eyes. */
export class Use {
  #fitting = false;
  #changing: "fit" | "trainBatch" | null = null;
  #reading = 0;

  /** Begins a `fit`. Throws a `TypeError` while there is another, or anything else runs. */
  beginFit(): void {
    if (this.#fitting) {
      throw new TypeError(
        "fit: this network is in another fit(): let that come to its end, or leave its loop, first",
      );
    }
    this.#begin("fit");
    this.#fitting = true;
  }

  /** Others may have the network until {@linkcode resumeFit}. */
  pauseFit(): void {
    this.#changing = null;
  }

  /** Goes on. Throws a `TypeError` if anything that was begun meanwhile was not awaited. */
  resumeFit(): void {
    this.#begin("fit");
  }

  /** Ends a `fit`. */
  endFit(): void {
    this.#fitting = false;
    if (this.#changing === "fit") this.#changing = null;
  }

  /** Runs what changes the network. Throws a `TypeError` while anything else runs. */
  async change<T>(work: () => Promise<T>): Promise<T> {
    this.#begin("trainBatch");
    try {
      return await work();
    } finally {
      this.#changing = null;
    }
  }

  /** Runs what reads the network. Throws a `TypeError` while anything changes it. */
  async read<T>(work: () => Promise<T>): Promise<T> {
    this.#requireStill("score");
    this.#reading++;
    try {
      return await work();
    } finally {
      this.#reading--;
    }
  }

  #begin(who: "fit" | "trainBatch"): void {
    this.#requireStill(who);
    if (this.#reading > 0) {
      throw new TypeError(`${who}: this network is being evaluated: await evaluate() or predict()`);
    }
    this.#changing = who;
  }

  #requireStill(who: string): void {
    if (!this.#changing) return;
    throw new TypeError(
      `${who}: this network is in ${this.#changing}(): await that or, while fit() runs, ` +
        "call this in the loop over its reports or in onUpdate",
    );
  }
}

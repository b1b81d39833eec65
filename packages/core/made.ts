// What a constructor has made so far, so that one that fails leaves nothing behind.

/** Things that are freed again unless all of them come to be. */
export class Made {
  readonly #things: Disposable[] = [];

  /** Takes note of a thing, and gives it back. */
  own<T extends Disposable>(thing: T): T {
    this.#things.push(thing);
    return thing;
  }

  /** Frees all, the last first. */
  undo(): void {
    for (const thing of this.#things.splice(0).reverse()) thing[Symbol.dispose]();
  }
}

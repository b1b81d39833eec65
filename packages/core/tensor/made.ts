// What a constructor has made so far, so that one that fails leaves nothing behind.

/** Things that are freed with it, the last first, unless all of them came to be and were kept. For `using`. */
export class Made implements Disposable {
  readonly #things: Disposable[] = [];

  /** Takes note of a thing, and gives it back. */
  own<T extends Disposable>(thing: T): T {
    this.#things.push(thing);
    return thing;
  }

  /** Leaves all of them to whoever has them now. */
  keep(): void {
    this.#things.length = 0;
  }

  /** Frees what was not kept. */
  [Symbol.dispose](): void {
    for (const thing of this.#things.splice(0).reverse()) thing[Symbol.dispose]();
  }
}

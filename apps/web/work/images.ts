// MNIST in the worker: the first part at once, the others while it learns.

import { type Dataset, takeDataset } from "@forward-forward/core";
import { decodePart, HELD_OUT, joined, partName, unpacked } from "../shared/mnist_file.ts";

/** Held-out images that every look at a network is at. */
const SEEN = 500;

/** Fetches a file of the page. Throws an `Error` that names it. */
export async function fetchBytes(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const url = new URL(name, self.location.href);
  const remedy = "is the page's folder whole, and the network there?";
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new Error(`${name} could not be fetched: ${remedy}`, { cause });
  }
  if (!response.ok) throw new Error(`${name} could not be fetched (${response.status}): ${remedy}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function fetchPart(part: number | "test"): Promise<Dataset> {
  const name = partName(part);
  return decodePart(await unpacked(await fetchBytes(name)), name);
}

/** MNIST, of which each part is fetched once, when it is first asked for. */
export class Images {
  readonly #parts = new Map<number | "test", Promise<Dataset>>();
  readonly #loaded: (images: number) => void;
  #count = 0;
  // Those that were asked for last.
  #train: { count: number; data: Promise<Dataset> } | null = null;

  /** Tells how many training images are there whenever more are. */
  constructor(loaded: (images: number) => void = () => {}) {
    this.#loaded = loaded;
  }

  /** Images that no run learns from. */
  async heldOut(): Promise<Dataset> {
    return takeDataset(await this.#part(0), 0, HELD_OUT);
  }

  /** Those of them that every look at a network is at. */
  async seen(): Promise<Dataset> {
    return takeDataset(await this.heldOut(), 0, SEEN);
  }

  /** The images of a run's first pass. */
  async first(): Promise<Dataset> {
    const part = await this.#part(0);
    return takeDataset(part, HELD_OUT, part.count);
  }

  /** So many training images, whose parts are fetched one after the other. */
  train(count: number): Promise<Dataset> {
    if (this.#train?.count === count) return this.#train.data;
    const data = this.#join(count);
    this.#train = { count, data };
    data.catch(() => this.#train = null);
    return data;
  }

  async #join(count: number): Promise<Dataset> {
    const all = [await this.first()];
    for (let part = 1, so = all[0]!.count; so < count; part++) {
      all.push(await this.#part(part));
      so += all.at(-1)!.count;
    }
    return all.length === 1 ? all[0]! : joined(all);
  }

  /** The test images. */
  test(): Promise<Dataset> {
    return this.#part("test");
  }

  #part(part: number | "test"): Promise<Dataset> {
    const known = this.#parts.get(part);
    if (known) return known;
    const fetched = fetchPart(part).then((data) => {
      if (part !== "test") {
        this.#count += data.count;
        this.#loaded(this.#count - HELD_OUT);
      }
      return data;
    });
    this.#parts.set(part, fetched);
    // What failed is tried again when it is asked for again.
    fetched.catch(() => this.#parts.delete(part));
    return fetched;
  }
}

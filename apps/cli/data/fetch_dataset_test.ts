// Data sets fetched from a server on this machine: small ones, published the way the real ones are.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { DataError, loadFolder, parseIdx } from "@forward-forward/datasets";
import { createTar } from "nanotar";
import { cifarFiles, gzip, idx, pixels } from "../../../packages/datasets/_testing.ts";
import { makeZip, md5, noise, serve } from "./_testing.ts";
import { DownloadError } from "./download_error.ts";
import { encodeIdx } from "./encode_idx.ts";
import { fetchDataset } from "./fetch_dataset.ts";
import { CIFAR_LAYOUT, type KnownDataset, LAYOUT, type Publication } from "./known_datasets.ts";
import { upright } from "./unpack_emnist.ts";
import { withFolder } from "../_testing.ts";

type Published = KnownDataset & { published: Publication };
const { signal } = new AbortController();

const common = {
  what: "a sample",
  source: "nobody",
  images: { train: 3, test: 2 },
  size: { rows: 2, columns: 4 },
};

const files = {
  "train-images-idx3-ubyte.gz": gzip(idx([3, 2, 4], pixels(24))),
  "train-labels-idx1-ubyte.gz": gzip(idx([3], [2, 0, 1])),
  "t10k-images-idx3-ubyte.gz": gzip(idx([2, 2, 4], pixels(16))),
  "t10k-labels-idx1-ubyte.gz": gzip(idx([2], [1, 2])),
};
const sample: Published = {
  ...common,
  name: "sample",
  classes: 5,
  published: {
    base: "http://nowhere.invalid/",
    files: Object.entries(files).map(([name, bytes]) => ({
      name,
      bytes: bytes.length,
      sum: md5(bytes),
    })),
  },
};

Deno.test("fetchDataset() brings four files that loadFolder() reads, and nothing twice", () =>
  withFolder(async (folder) => {
    await using server = serve((path) => ({
      bytes: files[path.replace("mirror/", "") as keyof typeof files],
    }));
    const out = `${folder}/a/b`;
    const options = { out, from: `${server.address}mirror/`, signal };
    const fetched = await fetchDataset(sample, options);
    const all = Object.values(files).reduce((sum, { length }) => sum + length, 0);
    assertEquals(fetched, { folder: out, received: all, archive: null });
    const { train, test } = await loadFolder(out, { classes: 5 });
    assertEquals([train.images, test.classes], [pixels(24), 5]);
    assertEquals(server.requests, Object.keys(files).map((name) => `mirror/${name}`));

    // One that was damaged since is fetched anew, the others are not.
    const damaged = `${out}/t10k-labels-idx1-ubyte.gz`;
    await Deno.writeTextFile(damaged, "damaged");
    await fetchDataset(sample, options);
    assertEquals(server.requests.slice(4), ["mirror/t10k-labels-idx1-ubyte.gz"]);
    assertEquals(await Deno.readFile(damaged), files["t10k-labels-idx1-ubyte.gz"]);
  }));

// CIFAR-10's layout, in a folder of the archive's own.
const batches = cifarFiles({ perBatch: 2, test: 3 });

async function cifar(inside: Record<string, Uint8Array>): Promise<[Uint8Array, Published]> {
  const entries = Object.entries(inside)
    .map(([name, data]) => ({ name: `cifar-10-batches-bin/${name}`, data }));
  const archive = gzip(createTar([{ name: "cifar-10-batches-bin/" }, ...entries]));
  const name = "cifar-10-binary.tar.gz";
  const sum = await crypto.subtle.digest("SHA-256", archive as Uint8Array<ArrayBuffer>);
  const file = { name, bytes: archive.length, sum: new Uint8Array(sum).toHex() };
  const published = { base: "http://nowhere.invalid/", files: [file], layout: CIFAR_LAYOUT };
  const images = { train: 10, test: 3 };
  return [archive, { ...common, images, name: "cifar-10", classes: 10, published }];
}

Deno.test("fetchDataset() unpacks CIFAR-10's archive, checked by SHA-256, and removes it", () =>
  withFolder(async (out) => {
    const [archive, set] = await cifar({ ...batches, "readme.html": noise(50) });
    let served: Uint8Array = noise(archive.length);
    await using server = serve(() => ({ bytes: served }));
    const options = { out, from: server.address, signal };
    await assertRejects(() => fetchDataset(set, options), DownloadError, "have the SHA256 ");
    served = archive;
    assertEquals(await fetchDataset(set, options), {
      folder: out,
      received: archive.length,
      archive: null,
    });
    const names = [...Deno.readDirSync(out)].map(({ name }) => name).toSorted();
    assertEquals(names, CIFAR_LAYOUT.toSorted());
    for (const name of CIFAR_LAYOUT) {
      assertEquals(await Deno.readFile(`${out}/${name}`), batches[name]);
    }
    const asked = server.requests.length;
    assertEquals((await fetchDataset(set, options)).received, 0);
    assertEquals(server.requests.length, asked, "what is whole needs no server");
    await Deno.truncate(`${out}/data_batch_2.bin`, 20);
    assertEquals((await fetchDataset(set, options)).received, archive.length);
  }));

Deno.test("fetchDataset() refuses an archive that is not CIFAR-10's, and says why", () =>
  withFolder(async (out) => {
    const { "data_batch_3.bin": _, ...fewer } = batches;
    const [archive, set] = await cifar(fewer);
    await using server = serve(() => ({ bytes: archive }));
    const options = { out, from: server.address, signal };
    await assertRejects(() => fetchDataset(set, options), DataError, "has no data_batch_3.bin");
  }));

// EMNIST's images, on their side: what a column shows is in a row.
const side = (count: number): Uint8Array => idx([count, 4, 2], pixels(8 * count));
const inside: Record<string, Uint8Array> = {
  "gzip/emnist-letters-train-images-idx3-ubyte.gz": gzip(side(3)),
  "gzip/emnist-letters-train-labels-idx1-ubyte.gz": gzip(idx([3], [1, 26, 3])),
  "gzip/emnist-letters-test-images-idx3-ubyte.gz": gzip(side(2)),
  "gzip/emnist-letters-test-labels-idx1-ubyte.gz": gzip(idx([2], [2, 3])),
  "gzip/emnist-digits-train-images-idx3-ubyte.gz": gzip(side(3)),
  "gzip/emnist-letters-mapping.txt": noise(50),
};

function emnist(archive: Uint8Array): Published {
  const file = { name: "gzip.zip", bytes: archive.length, sum: md5(archive) };
  const published = { base: "http://nowhere.invalid/", files: [file], split: "letters" };
  return { ...common, name: "emnist-letters", classes: 26, published };
}

Deno.test("fetchDataset() turns EMNIST's images upright, and counts the letters' labels from 0", () =>
  withFolder(async (out) => {
    const archive = makeZip(inside);
    await using server = serve(() => ({ bytes: archive }));
    const options = { out, from: server.address, signal };
    assertEquals(await fetchDataset(emnist(archive), options), {
      folder: out,
      received: archive.length,
      archive: `${out}/gzip.zip`,
    });
    const { train, test } = await loadFolder(out, { classes: 26 });
    assertEquals([train.rows, train.columns, train.count, test.count], [2, 4, 3, 2]);
    assertEquals([[...train.labels], [...test.labels]], [[0, 25, 2], [1, 2]]);
    const [a, b, c, d, e, f, g, h] = pixels(8);
    assertEquals([...train.images.subarray(0, 8)], [a, c, e, g, b, d, f, h]);
    const names = [...Deno.readDirSync(out)].map(({ name }) => name).toSorted();
    assertEquals(names, [...LAYOUT, "gzip.zip"].toSorted());

    // What is whole needs neither the server nor the archive; what is not, the archive alone.
    await Deno.remove(`${out}/gzip.zip`);
    assertEquals((await fetchDataset(emnist(archive), options)).received, 0);
    assertEquals(server.requests.length, 1);
    await Deno.writeFile(`${out}/gzip.zip`, archive);
    await Deno.truncate(`${out}/${LAYOUT[0]}`, 20);
    assertEquals((await fetchDataset(emnist(archive), options)).received, 0);
    assertEquals((await loadFolder(out)).train.count, 3);
    assertEquals(server.requests.length, 1);
  }));

Deno.test("fetchDataset() refuses an archive that lacks a file, or is damaged, and says which", () =>
  withFolder(async (out) => {
    const { "gzip/emnist-letters-test-labels-idx1-ubyte.gz": _, ...fewer } = inside;
    const spoiled = makeZip(inside);
    spoiled[100]! ^= 255;
    for (
      const [archive, words] of [
        [makeZip(fewer), "has no emnist-letters-test-labels-idx1-ubyte.gz"],
        [spoiled, "damaged"],
        [noise(1000), "gzip.zip is damaged ("],
      ] as const
    ) {
      await using server = serve(() => ({ bytes: archive }));
      const options = { out, from: server.address, signal };
      const { message } = await assertRejects(
        () => fetchDataset(emnist(archive), options),
        DataError,
        words,
      );
      assert(!message.includes("\n"), message);
    }
  }));

Deno.test("upright() turns a square image along its diagonal", () => {
  const data = Uint8Array.of(1, 2, 3, 4);
  const turned = upright({ kind: "images", count: 1, rows: 2, columns: 2, data }, "digits");
  assertEquals([...turned.data], [1, 3, 2, 4]);
  const labels = { kind: "labels", count: 2, data: Uint8Array.of(0, 9) } as const;
  assertEquals([...upright(labels, "digits").data], [0, 9]);
});

Deno.test("encodeIdx() writes what parseIdx() reads", async () => {
  const images = { kind: "images", count: 2, rows: 3, columns: 2, data: pixels(12) } as const;
  const labels = { kind: "labels", count: 300, data: pixels(300) } as const;
  const colours = { ...images, rows: 5, columns: 6, channels: 3, data: pixels(180) };
  for (const content of [images, colours, labels]) {
    assertEquals(await parseIdx(encodeIdx(content), "it"), content);
  }
});

Deno.test("encodeIdx() cuts no label of more than a byte", async () => {
  const words = [[0, 255, 256, 300], [3, 32_767], [3, 32_768], [65_535, 0], [1]];
  for (const data of words.map((labels) => Uint16Array.from(labels))) {
    const content = { kind: "labels", count: data.length, data } as const;
    assertEquals(await parseIdx(encodeIdx(content), "it"), content);
    const upper = upright(content, "balanced") as typeof content;
    assertEquals(upper.data, data);
  }
});

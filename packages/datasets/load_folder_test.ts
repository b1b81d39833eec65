import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { gzip, idx, pixels } from "./_testing.ts";
import { DataError, loadFolder, loadFolderPart } from "./mod.ts";

const GOOD = {
  "train-images-idx3-ubyte": idx([3, 2, 4], pixels(24)),
  "train-labels-idx1-ubyte": idx([3], [2, 0, 1]),
  "t10k-images-idx3-ubyte": idx([2, 2, 4], pixels(16)),
  "t10k-labels-idx1-ubyte": idx([2], [1, 3]),
};

/** A folder that lasts as long as the test. */
class Folder implements Disposable {
  readonly path: string = Deno.makeTempDirSync();
  constructor(files: Record<string, Uint8Array>) {
    for (const [name, bytes] of Object.entries(files)) this.write(name, bytes);
  }
  write(name: string, bytes: Uint8Array): void {
    Deno.writeFileSync(`${this.path}/${name}`, bytes);
  }
  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

Deno.test("loadFolder() reads the four files; classes are those of both parts", async () => {
  using folder = new Folder(GOOD);
  const { train, test } = await loadFolder(folder.path);
  assertEquals(train, {
    images: pixels(24),
    labels: Uint8Array.of(2, 0, 1),
    count: 3,
    rows: 2,
    columns: 4,
    classes: 4,
  });
  assertEquals([test.count, test.classes, [...test.labels]], [2, 4, [1, 3]]);
});

Deno.test("loadFolder() reads gzip and both spellings, and a path with a slash at its end", async () => {
  using folder = new Folder({
    "train-images-idx3-ubyte.gz": gzip(GOOD["train-images-idx3-ubyte"]),
    "train-labels.idx1-ubyte": GOOD["train-labels-idx1-ubyte"],
    "t10k-images.idx3-ubyte.gz": gzip(GOOD["t10k-images-idx3-ubyte"]),
    "t10k-labels-idx1-ubyte": GOOD["t10k-labels-idx1-ubyte"],
  });
  const { train, test } = await loadFolder(`${folder.path}/`, { classes: 7 });
  assertEquals([train.images, train.classes], [pixels(24), 7]);
  assertEquals([test.images, test.classes], [pixels(16), 7]);
});

Deno.test("loadFolder() reads Kaggle's archive: a folder of the plain name beside the dotted file, or around the file", async () => {
  for (const beside of [true, false]) {
    using folder = new Folder({});
    for (const [name, bytes] of Object.entries(GOOD)) {
      const dotted = name.replace("-idx", ".idx");
      Deno.mkdirSync(`${folder.path}/${name}`);
      if (beside) folder.write(dotted, bytes);
      else folder.write(`${name}/${name.startsWith("t10k") ? dotted : name}`, bytes);
    }
    const { train, test } = await loadFolder(folder.path);
    assertEquals([train.images, test.images], [pixels(24), pixels(16)]);
  }
});

Deno.test("loadFolder() follows links to files and folders", async () => {
  using folder = new Folder({});
  using other = new Folder(GOOD);
  const [first, ...names] = Object.keys(GOOD);
  Deno.symlinkSync(other.path, `${folder.path}/${first}`);
  for (const name of names) Deno.symlinkSync(`${other.path}/${name}`, `${folder.path}/${name}`);
  assertEquals((await loadFolder(folder.path)).train.images, pixels(24));
});

Deno.test("loadFolder() reads QMNIST as it is published", async () => {
  const labels = (...values: number[]): Uint8Array =>
    idx([values.length, 8], values.flatMap((n) => [0, 0, 0, n, ...pixels(28)]), 0x0c);
  using folder = new Folder({
    "qmnist-train-images-idx3-ubyte.gz": gzip(GOOD["train-images-idx3-ubyte"]),
    "qmnist-train-labels-idx2-int.gz": gzip(labels(2, 0, 1)),
    "qmnist-test-images-idx3-ubyte": GOOD["t10k-images-idx3-ubyte"],
    "qmnist-test-labels-idx2-int": labels(1, 3),
  });
  const { train, test } = await loadFolder(folder.path);
  assertEquals([[...train.labels], [...test.labels], train.classes], [[2, 0, 1], [1, 3], 4]);
});

Deno.test("loadFolder() names a missing folder and the files it should have", async () => {
  const { message } = await assertRejects(() => loadFolder("/no/such/folder"), DataError);
  assertStringIncludes(message, "cannot read the folder /no/such/folder: there is none");
  for (const name of Object.keys(GOOD)) assertStringIncludes(message, name);
});

Deno.test("loadFolder() says what a file is that is given for a folder", async () => {
  using folder = new Folder({
    "mnist.npz": new TextEncoder().encode("PK\x03\x04" + "\0".repeat(26) + "x_test.npy"),
    "page": new TextEncoder().encode("<!DOCTYPE html>"),
    "noise": pixels(99),
  });
  for (
    const [name, told] of [
      ["mnist.npz", "is an npz archive of NumPy's arrays, where a folder is expected; "],
      ["page", "is a web page, where a folder is expected (it was saved in the place of a file"],
      ["noise", "is a file, where a folder is expected; "],
    ]
  ) {
    const path = `${folder.path}/${name}`;
    const { message } = await assertRejects(() => loadFolder(path), DataError);
    assertStringIncludes(message, `${path} ${told}`);
    assertStringIncludes(message, "train-images-idx3-ubyte");
  }
});

Deno.test("loadFolder() names a missing file", async () => {
  for (const missing of Object.keys(GOOD)) {
    using folder = new Folder(GOOD);
    Deno.removeSync(`${folder.path}/${missing}`);
    const { message } = await assertRejects(() => loadFolder(folder.path), DataError);
    assertStringIncludes(message, `the folder ${folder.path} has no file ${missing}`);
  }
});

Deno.test("loadFolder() names a file that it cannot read", async () => {
  using folder = new Folder(GOOD);
  const path = `${folder.path}/t10k-labels-idx1-ubyte`;
  Deno.removeSync(path);
  Deno.mkdirSync(path);
  Deno.writeTextFileSync(`${path}/readme`, "");
  const { message } = await assertRejects(() => loadFolder(folder.path), DataError);
  assertStringIncludes(message, `${path} is a folder and has no file t10k-labels-idx1-ubyte in it`);
  Deno.removeSync(path, { recursive: true });
  Deno.symlinkSync(`${folder.path}/nowhere`, path);
  await assertRejects(() => loadFolder(folder.path), DataError, `${path}: there is none`);
});

Deno.test("loadFolder() names a file that does not parse", async () => {
  using folder = new Folder(GOOD);
  folder.write("t10k-images-idx3-ubyte", pixels(40));
  const { message } = await assertRejects(() => loadFolder(folder.path), DataError);
  assertStringIncludes(message, `${folder.path}/t10k-images-idx3-ubyte is no IDX file`);
});

Deno.test("loadFolder() refuses images of two sizes", async () => {
  using folder = new Folder(GOOD);
  folder.write("t10k-images-idx3-ubyte", idx([2, 4, 2], pixels(16)));
  const { message } = await assertRejects(() => loadFolder(folder.path), DataError);
  assertStringIncludes(message, "2x4 for training and 4x2 for testing");
});

Deno.test("loadFolder() leaves a permission that is missing to whoever grants it", {
  permissions: { read: false },
}, async () => {
  await assertRejects(() => loadFolder("/no/such/folder"), Deno.errors.NotCapable);
});

Deno.test("loadFolderPart() reads one part, whatever the other's files are", async () => {
  const spoiled = { "t10k-images-idx3-ubyte": pixels(9), "t10k-labels-idx1-ubyte": pixels(3) };
  for (const others of [spoiled, {}]) {
    using folder = new Folder({
      "train-images-idx3-ubyte": GOOD["train-images-idx3-ubyte"],
      "train-labels-idx1-ubyte": GOOD["train-labels-idx1-ubyte"],
      ...others,
    });
    const train = await loadFolderPart(folder.path, "train");
    assertEquals([train.images, train.count, train.classes], [pixels(24), 3, 3]);
    await assertRejects(() => loadFolderPart(folder.path, "test"), DataError, "t10k-images");
  }
});

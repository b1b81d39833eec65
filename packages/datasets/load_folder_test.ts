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

Deno.test("loadFolder() names a missing folder and the files it should have", async () => {
  for (const path of ["/no/such/folder", import.meta.filename!]) {
    const { message } = await assertRejects(() => loadFolder(path), DataError);
    assertStringIncludes(message, `cannot read the folder ${path}: there is none`);
    for (const name of Object.keys(GOOD)) assertStringIncludes(message, name);
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
  Deno.removeSync(`${folder.path}/t10k-labels-idx1-ubyte`);
  Deno.mkdirSync(`${folder.path}/t10k-labels-idx1-ubyte`);
  const { message } = await assertRejects(() => loadFolder(folder.path), DataError);
  assertStringIncludes(message, `${folder.path}/t10k-labels-idx1-ubyte: it is a folder`);
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

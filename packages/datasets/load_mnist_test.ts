import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import process from "node:process";
import { DataError, loadFolder, loadMnist, loadMnistPart } from "./mod.ts";

Deno.test("loadMnist() loads the real thing", async () => {
  const { train, test } = await loadMnist();
  for (const [part, count] of [[train, 60_000], [test, 10_000]] as const) {
    assertEquals([part.count, part.rows, part.columns, part.classes], [count, 28, 28, 10]);
    assertEquals([part.images.length, part.labels.length], [count * 784, count]);
    const perClass = new Array(10).fill(0);
    for (const label of part.labels) perClass[label]++;
    assert(perClass.every((images) => images > count * 0.08 && images < count * 0.12));
  }
  assertEquals([...train.labels.subarray(0, 5)], [5, 0, 4, 1, 9]);
  assertEquals([...test.labels.subarray(0, 5)], [7, 2, 1, 0, 4]);
  // Mean and standard deviation that every MNIST tutorial quotes.
  const mean = train.images.reduce((sum, pixel) => sum + pixel, 0) / train.images.length;
  assertEquals((mean / 255).toFixed(4), "0.1307");
});

const FILES = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
];

/** A copy of MNIST, of which `change` damages one file. */
async function withCopy(
  name: string,
  change: (path: string) => void,
  check: (folder: string) => Promise<void>,
): Promise<void> {
  const { _packagedFolder } = await import("./load_mnist.ts");
  const from = _packagedFolder();
  const folder = await Deno.makeTempDir();
  try {
    for (const file of FILES) {
      if (file === name) await Deno.copyFile(`${from}/${file}`, `${folder}/${file}`);
      else await Deno.symlink(`${from}/${file}`, `${folder}/${file}`);
    }
    change(`${folder}/${name}`);
    await check(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const name of FILES) {
  Deno.test(`loadMnist() refuses a ${name} with one bit changed`, async () => {
    const flip = (path: string): void => {
      const bytes = Deno.readFileSync(path);
      bytes[bytes.length - 1]! ^= 1;
      Deno.writeFileSync(path, bytes);
    };
    await withCopy(name, flip, async (folder) => {
      const { message } = await assertRejects(() => loadMnist({ folder }), DataError);
      assertStringIncludes(message, `${folder}/${name} is not MNIST's: its SHA-256 is `);
    });
  });
}

Deno.test("loadMnist() refuses a file that is cut short, and names one that is missing", async () => {
  const name = FILES[2]!;
  await withCopy(name, (path) => Deno.truncateSync(path, 1000), async (folder) => {
    await assertRejects(() => loadMnist({ folder }), DataError, `${folder}/${name} is not MNIST's`);
    await Deno.remove(`${folder}/${name}`);
    await assertRejects(
      () => loadMnist({ folder }),
      DataError,
      `cannot read the file ${folder}/${name}: there is none`,
    );
  });
});

/** Serves files of MNIST's, or what `instead` has. */
function serveMnist(instead: (name: string) => Response | null): Deno.HttpServer<Deno.NetAddr> {
  const serve = async ({ url }: Request): Promise<Response> => {
    const name = new URL(url).pathname.replace("/mnist/", "");
    const { _packagedFolder } = await import("./load_mnist.ts");
    return instead(name) ?? new Response(await Deno.readFile(`${_packagedFolder()}/${name}`));
  };
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, serve);
}

Deno.test("loadMnist() fetches the files from where they are served", async () => {
  await using server = serveMnist(() => null);
  const url = `http://127.0.0.1:${server.addr.port}/mnist`;
  const right = await loadMnist();
  assertEquals(await loadMnist({ url }), right);
  assertEquals((await loadMnistPart("test", { url: new URL(`${url}/`) })).count, 10_000);
});

Deno.test("loadMnist() says of what is served wrongly what is wrong with it", async () => {
  const [images] = FILES;
  const cases: [instead: Response, words: RegExp][] = [
    [new Response(null, { status: 404 }), /cannot fetch .*: the server answers 404; serve MNIST's/],
    [new Response("<!doctype html>"), /is not MNIST's: its SHA-256 is .*; serve MNIST's/],
  ];
  for (const [instead, words] of cases) {
    await using server = serveMnist((name) => name === images ? instead : null);
    const url = `http://127.0.0.1:${server.addr.port}/mnist/`;
    const { message } = await assertRejects(() => loadMnist({ url }), DataError);
    assertMatch(message, words);
    assertStringIncludes(message, `${url}${images}`);
  }
  const gone = serveMnist(() => null);
  const url = `http://127.0.0.1:${gone.addr.port}/mnist/`;
  await gone.shutdown();
  const { message } = await assertRejects(() => loadMnist({ url }), DataError);
  assertMatch(message, /^cannot fetch .*; serve MNIST's four canonical files there/);
});

// As a page would be: without Node's modules, or on plain http.
async function without<T>(owner: object, name: string, body: () => Promise<T>): Promise<T> {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { value: undefined, configurable: true });
  try {
    return await body();
  } finally {
    if (before) Object.defineProperty(owner, name, before);
    else Reflect.deleteProperty(owner, name);
  }
}

Deno.test("where there are no files loadMnist() and loadFolder() say what to do", async () => {
  for (const load of [() => loadMnist(), () => loadFolder("somewhere")]) {
    const { message } = await without(
      process,
      "getBuiltinModule",
      () => assertRejects(load, DataError),
    );
    assertMatch(
      message,
      /^files can be read in Deno, Node and Bun alone: .* loadMnist\(\{ url \}\)/,
    );
  }
});

Deno.test("where nothing can be checked loadMnist() says so", async () => {
  const { message } = await without(
    crypto,
    "subtle",
    () => assertRejects(() => loadMnist(), DataError),
  );
  assertMatch(message, /secure pages alone: serve this one over https/);
});

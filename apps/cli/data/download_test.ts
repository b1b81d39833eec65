// Downloads from a server on this machine that does what servers do at their worst.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Interrupted, UsageError } from "../shared/errors.ts";
import { type Answer, md5, noise, nowhere, serve } from "./_testing.ts";
import { download, type DownloadOptions } from "./download.ts";
import { DownloadError } from "./download_error.ts";

const bytes = noise(300_000);

/** Downloads the file `x` of a server to a folder of its own; `before` may leave a part there. */
async function attempt(
  answer: (path: string, before: number) => Answer,
  { part, ...options }: Partial<DownloadOptions> & { part?: Uint8Array } = {},
  check: (found: { path: string; requests: string[]; error: Error | null; received: number }) =>
    | void
    | Promise<void>,
): Promise<void> {
  await using server = serve(answer);
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/x`;
    if (part) await Deno.writeFile(`${path}.part`, part);
    let error: Error | null = null;
    let received = 0;
    try {
      received = await download(new URL("x", server.address), path, {
        sum: md5(bytes),
        mostBytes: 2 * bytes.length,
        signal: new AbortController().signal,
        pause: 1,
        ...options,
      });
    } catch (caught) {
      error = caught as Error;
    }
    await check({ path, requests: server.requests, error, received });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a folder has besides what it should. */
const names = (path: string): string[] =>
  [...Deno.readDirSync(path.replace(/\/x$/, ""))].map(({ name }) => name);

async function assertWhole(path: string): Promise<void> {
  assertEquals(await Deno.readFile(path), bytes);
  assertEquals(names(path), ["x"]);
}

Deno.test("download() writes the whole file under its name, and takes it as it is the next time", () =>
  attempt(() => ({ bytes }), {}, async ({ path, requests, error, received }) => {
    assertEquals([error, received, requests], [null, bytes.length, ["x"]]);
    await assertWhole(path);
    const again = await download(new URL(nowhere()), path, {
      sum: md5(bytes),
      mostBytes: 1,
      signal: new AbortController().signal,
    });
    assertEquals(again, 0);
  }));

Deno.test("download() goes on with a part that is there", () =>
  attempt(
    () => ({ bytes }),
    { part: bytes.subarray(0, 100_000) },
    async ({ path, requests, error, received }) => {
      assertEquals([error, received, requests], [null, 200_000, ["x bytes=100000-"]]);
      await assertWhole(path);
    },
  ));

Deno.test("download() takes a part that lacks nothing", () =>
  attempt(() => ({ bytes }), { part: bytes }, async ({ path, requests, error, received }) => {
    assertEquals([error, received, requests], [null, 0, ["x bytes=300000-"]]);
    await assertWhole(path);
  }));

Deno.test("download() starts over where the server sends no parts", () =>
  attempt(
    () => ({ bytes, ranges: false }),
    { part: noise(100_000, 2) },
    async ({ path, requests, error }) => {
      assertEquals([error, requests], [null, ["x bytes=100000-"]]);
      await assertWhole(path);
    },
  ));

Deno.test("download() starts over where the part is of another file, or longer than the file", async () => {
  for (const length of [100_000, 400_000]) {
    await attempt(
      () => ({ bytes }),
      { part: noise(length, 2) },
      async ({ path, requests, error }) => {
        assertEquals([error, requests], [null, [`x bytes=${length}-`, "x"]]);
        await assertWhole(path);
      },
    );
  }
});

Deno.test("download() goes on where a connection breaks, any number of times", () =>
  attempt(() => ({ bytes, breakAfter: 40_000 }), {}, async ({ path, requests, error }) => {
    assertEquals([error, requests.length], [null, 8]);
    assertEquals(requests[1], "x bytes=40000-");
    await assertWhole(path);
  }));

Deno.test("download() gives up where nothing more comes, keeps the part and says how to go on", () =>
  attempt(
    (_, before) => ({ bytes, breakAfter: before === 0 ? 50_000 : 0 }),
    {},
    ({ path, requests, error }) => {
      assertEquals(requests, ["x", "x bytes=50000-", "x bytes=50000-"]);
      assert(error instanceof DownloadError);
      assertStringIncludes(error.message, "goes on after the 50000 bytes there are");
      assertEquals(names(path), ["x.part"]);
      assertEquals(Deno.readFileSync(`${path}.part`), bytes.subarray(0, 50_000));
    },
  ));

Deno.test("download() gives up where every connection breaks and the server sends no parts", () =>
  attempt(
    () => ({ bytes, ranges: false, breakAfter: 50_000 }),
    {},
    ({ requests, error }) => {
      assertEquals(requests.length, 3);
      assert(error instanceof DownloadError);
    },
  ));

Deno.test("download() takes a silent server for a broken connection", () =>
  attempt(
    (_, before) => before === 0 ? { bytes, hangAfter: 70_000 } : { bytes },
    { patience: 300 },
    async ({ path, requests, error }) => {
      assertEquals([error, requests], [null, ["x", "x bytes=70000-"]]);
      await assertWhole(path);
    },
  ));

Deno.test("download() goes where the server sends it on to", async () => {
  await using server = serve(() => ({ bytes }));
  const location = `${server.address}moved`;
  await attempt(() => ({ location }), {}, async ({ path, error }) => {
    assertEquals([error, server.requests], [null, ["moved"]]);
    await assertWhole(path);
  });
});

const failures: [criterion: string, answer: Answer, words: string[]][] = [
  ["the wrong bytes", { bytes: noise(300_000, 2) }, ["is not what was published", "--from URL"]],
  ["a file that is too short", { bytes: bytes.subarray(1) }, ["its 299999 bytes have the MD5"]],
  ["an empty file", { bytes: new Uint8Array() }, ["its 0 bytes"]],
  ["a file that is far too long", { bytes: noise(700_000) }, ["longer than the 600000 bytes"]],
  ["no file", {}, ["is not there (HTTP 404)", "--from URL"]],
  ["an error", { status: 503 }, ["(HTTP 503)", "try again later"]],
];
for (const [criterion, answer, words] of failures) {
  Deno.test(`download() refuses ${criterion}, and leaves nothing`, () =>
    attempt(() => answer, {}, ({ path, error }) => {
      assert(error instanceof DownloadError, String(error));
      for (const word of words) assertStringIncludes(error.message, word);
      assert(!error.message.includes("\n"));
      assertEquals(names(path), []);
    }));
}

Deno.test("download() says of a refused connection what to look at", async () => {
  const path = await Deno.makeTempFile();
  const options = {
    sum: md5(bytes),
    mostBytes: 1000,
    signal: new AbortController().signal,
    pause: 1,
  };
  const { message } = await assertRejects(
    () => download(new URL("x", nowhere()), path, options),
    DownloadError,
  );
  assertStringIncludes(message, "Connection refused");
  assertStringIncludes(message, "see whether this machine is on the network");
  await Deno.remove(path);
});

Deno.test("download() stops when it is told to, and keeps what has arrived", () => {
  const controller = new AbortController();
  return attempt(
    () => ({ bytes, hangAfter: 60_000 }),
    {
      signal: controller.signal,
      onProgress: (there) => {
        if (there === 60_000) controller.abort(new Interrupted("enough"));
      },
    },
    ({ path, error }) => {
      assert(error instanceof Interrupted);
      assertEquals(Deno.readFileSync(`${path}.part`), bytes.subarray(0, 60_000));
    },
  );
});

Deno.test("download() leaves a file alone that another process downloads", () =>
  attempt(() => ({ bytes }), {}, async ({ path }) => {
    await Deno.remove(path);
    using other = await Deno.open(`${path}.part`, { write: true, create: true });
    await other.lock(true);
    const options = { sum: md5(bytes), mostBytes: 1, signal: new AbortController().signal };
    await assertRejects(
      () => download(new URL(nowhere()), path, options),
      UsageError,
      "another process downloads",
    );
  }));

// `ff data` from end to end, against a server on this machine.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { noise, nowhere, serve } from "../../apps/cli/data/_testing.ts";
import { LAYOUT } from "../../apps/cli/data/known_datasets.ts";
import { idx, pixels } from "../../packages/datasets/_testing.ts";
import { assertRefused, type Ended, events, ff, withFolder } from "./_ff.ts";

const root = new URL("../../", import.meta.url);
const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const main = new URL("apps/cli/main.ts", root).pathname;

/** A command that runs the task `data` in a folder, where it may reach `host` instead of the publishers. */
function command(args: string[], cwd: string, host?: string): Deno.Command {
  const words = (config.tasks.data.command as string).split(" ").slice(1).map((word) => {
    if (word === "apps/cli/main.ts") return main;
    return host && word.startsWith("--allow-net=") ? `--allow-net=${host}` : word;
  });
  return new Deno.Command(Deno.execPath(), {
    args: [...words, ...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

function ended({ code, stdout, stderr }: Deno.CommandOutput): Ended {
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

async function data(args: string[], cwd: string, host?: string): Promise<Ended> {
  return ended(await command(args, cwd, host).output());
}

/** The files in a folder, or none where there is no folder. */
function names(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
  } catch {
    return [];
  }
}

Deno.test("ff data list says of every data set what it is, and what of it is here", () =>
  withFolder(async (folder) => {
    const { code, stdout, stderr } = await data(["list"], folder);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^name +train +test +size +classes +here +what, and from where\n/);
    assertMatch(stdout, /^mnist +60,000 +10,000 +28x28 +10 +with ff +handwritten digits; /m);
    assertMatch(stdout, /^kmnist +60,000 +10,000 +28x28 +10 +no +cursive Japanese characters; /m);
    assertMatch(stdout, /^emnist-letters +124,800 +20,800 +28x28 +26 +no +/m);
    assertMatch(stdout, /^cifar-10 +50,000 +10,000 +32x32x3 +10 +no +photographs /m);
    const found = events(await data(["list", "--json"], folder));
    assertEquals(found.map(({ name }) => name), [
      "mnist",
      "fashion-mnist",
      "kmnist",
      "emnist-letters",
      "emnist-balanced",
      "emnist-digits",
      "cifar-10",
    ]);
    const { what: _, source, ...kmnist } = found[2]!;
    assertStringIncludes(source as string, "codh.rois.ac.jp");
    assertEquals(kmnist, {
      event: "dataset",
      name: "kmnist",
      images: { train: 60_000, test: 10_000 },
      size: { rows: 28, columns: 28 },
      classes: 10,
      here: false,
      folder: null,
      downloadBytes: 21_240_888,
    });
  }));

/** Debian's copy of Fashion-MNIST was compressed by the same program, without the name and the date: here they are. */
async function publishedFashion(name: string): Promise<Uint8Array> {
  const debian = await Deno.readFile(`/usr/share/datasets/fashion-mnist/${name}`);
  const date = new DataView(new ArrayBuffer(4));
  date.setUint32(0, name.startsWith("train") ? 1504176606 : 1504176627, true);
  const file = new TextEncoder().encode(name.replace(".gz", "\0"));
  return Uint8Array.from([
    ...[0x1f, 0x8b, 8, 8],
    ...new Uint8Array(date.buffer),
    ...[0, 3],
    ...file,
    ...debian.subarray(10),
  ]);
}

const installed = await Deno.stat("/usr/share/datasets/fashion-mnist").then(
  () => true,
  () => false,
);

Deno.test({
  name: `ff data fetch brings the published Fashion-MNIST over breaking connections${
    installed ? "" : " (Debian's dataset-fashion-mnist is not installed)"
  }`,
  ignore: !installed && !Deno.env.get("FF_REQUIRE")?.includes("fashion-mnist"),
  fn: () =>
    withFolder(async (folder) => {
      const published = new Map<string, Uint8Array>();
      for (const name of LAYOUT) {
        published.set(`${name}.gz`, await publishedFashion(`${name}.gz`));
      }
      await using server = serve((path, before) => ({
        bytes: published.get(path),
        ...(before === 0 ? { breakAfter: 3000 } : {}),
      }));
      const args = ["fetch", "fashion-mnist", "--from", server.address, "--json"];
      const first = await data(args, folder, server.host);
      assertEquals(first.code, 0, first.stderr);
      const done = events(first).at(-1)!;
      assertEquals(done, {
        event: "done",
        dataset: "fashion-mnist",
        folder: "data/fashion-mnist",
        received: 30_878_645,
        archive: null,
      });
      assertEquals(server.requests.slice(0, 2), [
        "train-images-idx3-ubyte.gz",
        "train-images-idx3-ubyte.gz bytes=3000-",
      ]);
      const found = LAYOUT.map((name) => `${name}.gz`).toSorted();
      assertEquals(names(`${folder}/data/fashion-mnist`), found);

      const [, listed] = events(await data(["list", "--json"], folder));
      assertEquals([listed!.here, listed!.folder], [true, "data/fashion-mnist"]);

      const { code, stdout } = await data(args.slice(0, 4), folder, server.host);
      assertEquals(code, 0);
      assertStringIncludes(stdout, "fashion-mnist is in data/fashion-mnist and whole");
      assertEquals(server.requests.length, 8, "nothing is fetched twice");
    }),
});

Deno.test("ff train, eval and list find what was fetched", () =>
  withFolder(async (folder) => {
    const there = `${folder}/data/kmnist`;
    await Deno.mkdir(there, { recursive: true });
    for (const [i, count] of [[0, 40], [2, 10]] as const) {
      await Deno.writeFile(`${there}/${LAYOUT[i]}`, idx([count, 4, 4], pixels(16 * count)));
      const labels = Array.from({ length: count }, (_, j) => j % 3);
      await Deno.writeFile(`${there}/${LAYOUT[i + 1]}`, idx([count], labels));
    }
    const run = async (...args: string[]): Promise<Ended> => {
      const words = (config.tasks.ff.command as string).split(" ").slice(1);
      const [, ...more] = [words.pop(), main, ...args];
      return ended(
        await new Deno.Command(Deno.execPath(), {
          args: [...words, ...more],
          cwd: folder,
          env: { NO_COLOR: "1" },
          stdin: "null",
        }).output(),
      );
    };
    const args = ["--dataset", "kmnist", "--backend", "reference", "--json"];
    const trained = await run("train", ...args, "--epochs", "1", "--out", "run");
    assertEquals(trained.code, 0, trained.stderr);
    // It has ten classes, whatever labels occur.
    assertEquals((events(trained)[0]!.layers as number[])[0], 16);
    const tested = await run("eval", "run", "--backend", "reference", "--json");
    assertEquals((events(tested)[0]!.confusion as number[]).length, 100);
    const [, , listed] = events(await data(["list", "--json"], folder));
    assertEquals([listed!.here, listed!.folder], [true, "data/kmnist"]);

    await Deno.remove(there, { recursive: true });
    const { code, stderr } = await run("eval", "run", "--backend", "reference");
    assertEquals(code, 2);
    assertStringIncludes(stderr, "ff data fetch kmnist");
  }));

Deno.test("ff data fetch says in a sentence what went wrong, and what to do", async (t) => {
  const first = "train-images-idx3-ubyte.gz";
  const cases: [criterion: string, answer: Parameters<typeof serve>[0], words: string[]][] = [
    ["wrong bytes", () => ({ bytes: noise(5000) }), ["is not what was published", "--from URL"]],
    ["a file that is not there", () => ({}), [`${first} is not there (HTTP 404)`, "--from URL"]],
    ["an endless file", () => ({ bytes: new Uint8Array(4e7) }), ["longer than the 36330270 bytes"]],
  ];
  for (const [criterion, answer, words] of cases) {
    await t.step(criterion, () =>
      withFolder(async (folder) => {
        await using server = serve(answer);
        const args = ["fetch", "kmnist", "--from", server.address, "--out", "here"];
        const { code, stderr } = await data(args, folder, server.host);
        assertEquals(code, 1, stderr);
        assertMatch(stderr, /^ff: [^\n]+\n$/);
        for (const word of words) assertStringIncludes(stderr, word);
        assertEquals(names(`${folder}/here`), []);
      }));
  }

  await t.step("a refused connection", () =>
    withFolder(async (folder) => {
      const from = nowhere();
      const args = ["fetch", "kmnist", "--from", from];
      const { code, stderr } = await data(args, folder, new URL(from).host);
      assertEquals(code, 1, stderr);
      assertMatch(stderr, /^ff: the connection to 127\.0\.0\.1:\d+ failed \(Connection refused/);
      assertStringIncludes(stderr, "whether this machine is on the network");
    }));

  await t.step("a host that it may not reach", () =>
    withFolder(async (folder) => {
      const { code, stderr } = await data(["fetch", "kmnist", "--from", nowhere()], folder);
      assertEquals(code, 2, stderr);
      assertMatch(
        stderr,
        /^ff: ff may not reach [^\n]+ --allow-net=127\.0\.0\.1:\d+ [^\n]+ data \.\.\.\n$/,
      );
      assertStringIncludes(stderr, "deno task data");
    }));

  await t.step(
    "a host that it may not reach, and is sent on to",
    () =>
      withFolder(async (folder) => {
        const elsewhere = nowhere();
        await using server = serve(() => ({ location: elsewhere }));
        const args = ["fetch", "kmnist", "--from", server.address];
        const { code, stderr } = await data(args, folder, server.host);
        assertEquals(code, 2, stderr);
        assertStringIncludes(stderr, `ff may not reach ${new URL(elsewhere).host}: `);
      }),
  );
});

Deno.test({
  name: "ff data fetch says that no more can be written, and goes on when there is room",
  ignore: Deno.build.os === "windows", // There are no limits to a process's files.
  fn: () =>
    withFolder(async (folder) => {
      const bytes = noise(900_000);
      await using server = serve(() => ({ bytes }));
      const args = ["fetch", "kmnist", "--from", server.address];
      const words = (config.tasks.data.command as string).split(" ").slice(1)
        .map((word) => word.startsWith("--allow-net=") ? `--allow-net=${server.host}` : word)
        .map((word) => word === "apps/cli/main.ts" ? main : word);
      // A file that may grow no further.
      const line = `trap '' XFSZ; ulimit -f 400; exec "$@"`;
      const { code, stderr } = ended(
        await new Deno.Command("bash", {
          args: ["-c", line, "bash", Deno.execPath(), ...words, ...args],
          cwd: folder,
          env: { NO_COLOR: "1" },
          stdin: "null",
        }).output(),
      );
      assertEquals(code, 1, stderr);
      assertStringIncludes(stderr, "train-images-idx3-ubyte.gz.part cannot be written (file too");
      assertStringIncludes(stderr, "choose another folder with --out");
      const { size } = await Deno.stat(
        `${folder}/data/kmnist/train-images-idx3-ubyte.gz.part`,
      );
      assertEquals(size, 400 * 1024);
      await data(args, folder, server.host);
      assertEquals(server.requests[1], `train-images-idx3-ubyte.gz bytes=${size}-`);
    }),
});

Deno.test({
  name: "ff data fetch stops at Ctrl-C, keeps what has arrived and goes on from there",
  ignore: Deno.build.os === "windows", // No process gets another's Ctrl-C there.
  fn: () =>
    withFolder(async (folder) => {
      await using server = serve(() => ({ bytes: noise(500_000), hangAfter: 200_000 }));
      const args = ["fetch", "kmnist", "--from", server.address];
      const part = `${folder}/data/kmnist/train-images-idx3-ubyte.gz.part`;
      const child = command(args, folder, server.host).spawn();
      for (let waited = 0; waited < 300_000; waited += 50) {
        const size = await Deno.stat(part).then(({ size }) => size, () => 0);
        if (size === 200_000) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      child.kill("SIGINT");
      const { code, stderr } = ended(await child.output());
      assertEquals(code, 130, stderr);
      assertMatch(stderr, /^ff: interrupted: [^\n]+ goes on from there\n$/);
      assertEquals(await Deno.readFile(part), noise(200_000));

      const again = command(args, folder, server.host).spawn();
      for (let waited = 0; waited < 300_000 && server.requests.length < 2; waited += 50) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      again.kill("SIGINT");
      assertEquals((await again.output()).code, 130);
      assertEquals(server.requests[1], "train-images-idx3-ubyte.gz bytes=200000-");
    }),
});

Deno.test("ff data fetch has nothing to do for MNIST", () =>
  withFolder(async (folder) => {
    const { code, stdout } = await data(["fetch", "mnist"], folder);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "mnist comes with ff");
    assertEquals(names(folder), []);
  }));

const mistakes: [criterion: string, args: string[], words: string[]][] = [
  ["nothing to do", [], ["ff data list", "ff data fetch NAME"]],
  ["something else to do", ["get", "kmnist"], ['cannot "get"', "list, fetch"]],
  ["no name", ["fetch"], ["choose from mnist, fashion-mnist, kmnist"]],
  ["a name misspelled", ["fetch", "kmnits"], ["did you mean kmnist?"]],
  ["two names", ["fetch", "kmnist", "mnist"], ['got "mnist" too']],
  ["a name to list", ["list", "kmnist"], ['got "kmnist" too']],
  ["a folder to list", ["list", "--out", "x"], ["--out is for ff data fetch"]],
  ["a mirror that is no address", ["fetch", "kmnist", "--from", "here"], ["http://", '"here"']],
  ["a mirror of another kind", ["fetch", "kmnist", "--from", "ftp://a/"], ["http://"]],
];
for (const [criterion, args, words] of mistakes) {
  Deno.test(`ff data refuses ${criterion}`, () => assertRefused(["data", ...args], words));
}

Deno.test("ff train asks for a data set that is not here to be fetched, and for a part of EMNIST", () =>
  withFolder(async (folder) => {
    assert(!(await ff(["data", "list"])).stderr);
    await assertRefused(["train", "--dataset", "emnist"], ["choose from emnist-letters"]);
    await assertRefused(["train", "--dataset", "emnist-digit"], ["did you mean emnist-digits?"]);
    await assertRefused(["train", "--dataset", `${folder}/emnist`], [`${folder}/emnist`]);
  }));

// The built lab in headless Chromium: with WebGPU on SwiftShader, and without.

import { type Dataset, FFNetwork, takeDataset } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { loadMnistPart } from "@forward-forward/datasets";
import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { recipeOf } from "../../apps/web/shared/recipe_of.ts";
import { DEFAULTS } from "../../apps/web/shared/settings.ts";
import { trace } from "../../apps/web/work/trace.ts";
import { TextLineStream } from "../../bench/peers/_lines.ts";
import { driveChromium, testInChromium, WEBGPU_SWITCHES } from "../_chromium.ts";
import type { Launch, Line } from "./_drive.ts";
import { buildSite, type Site } from "./_site.ts";

const launches: Launch[] = [
  { flags: [], visits: ["wasm", "nothing", "accessible", "keyboard", "phone", "mistaken"] },
  {
    flags: [
      ...WEBGPU_SWITCHES,
      "--disable-gpu-process-crash-limit",
      "--disable-domain-blocking-for-3d-apis",
    ],
    visits: ["software", "learns", "repeats", "steps", "compares", "loses"],
  },
];

/** The lab, and what comes of the visits to it. */
class Session implements AsyncDisposable {
  readonly site: Site;
  readonly #lines = new Map<string, PromiseWithResolvers<Line>>();
  readonly #process: Deno.ChildProcess;
  readonly #run: Promise<void>;

  private constructor(site: Site) {
    this.site = site;
    for (const name of launches.flatMap(({ visits }) => visits)) {
      const line = Promise.withResolvers<Line>();
      line.promise.catch(() => {}); // It may fail before anybody asks for it.
      this.#lines.set(name, line);
    }
    const program = new URL("_drive.ts", import.meta.url);
    this.#process = driveChromium(program, [site.address, JSON.stringify(launches)]).spawn();
    this.#run = this.#listen();
  }

  static async start(): Promise<Session> {
    return new Session(await buildSite());
  }

  // What a visit returned, after which nothing went wrong besides.
  async visit(name: string): Promise<Line> {
    const line = await this.#lines.get(name)!.promise;
    if (line.error !== null) throw new Error(`${line.error}\n${line.troubles.join("\n")}`);
    assertEquals(line.troubles, []);
    return line;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill();
    } catch {
      // It has ended.
    }
    await this.#run;
    await this.site[Symbol.asyncDispose]();
  }

  async #listen(): Promise<void> {
    const stderr = new Response(this.#process.stderr).text();
    const lines = this.#process.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    for await (const text of lines) {
      const line: Line = JSON.parse(text);
      this.#lines.get(line.name)!.resolve(line);
    }
    const end = new Error(`Chromium's driver has ended: ${await stderr}`);
    for (const { reject } of this.#lines.values()) reject(end);
  }
}

let session: Promise<Session> | undefined;
Deno.test.afterAll(async () => {
  await (await session?.catch(() => null))?.[Symbol.asyncDispose]();
});

function test(name: string, body: (session: Session) => Promise<void>): void {
  testInChromium(`the lab ${name}`, async () => body(await (session ??= Session.start())), {
    sanitizeOps: false,
    sanitizeResources: false,
  });
}

async function gzipped(bytes: Uint8Array): Promise<number> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}

test("learns with WebAssembly where there is no WebGPU, and says so", async (session) => {
  const { value } = await session.visit("wasm");
  const { status, error, updates } = value as { status: string; error: number; updates: number };
  assertMatch(status, /WebAssembly.*Not by WebGPU: /s);
  assertEquals(updates, 40);
  assert(error < 50, `${error} %`);
});

test("computes by WebAssembly where the GPU is one in software, and says why", async (session) => {
  const { value } = await session.visit("software");
  assertMatch(String(value), /WebAssembly.*Not by WebGPU: its adapter here computes in software/s);
});

test("says so where nothing can compute, and answers all the same", async (session) => {
  const { value } = await session.visit("nothing");
  const { status, answer } = value as { status: string; answer: string };
  assertMatch(status, /The run has stopped: .*WebGPU.*, and .*WebAssembly.*: load the page again/s);
  assertEquals(answer, "7");
});

test("is found to have no fault by axe-core, light on a desktop and dark on a phone", async (session) => {
  assertEquals((await session.visit("accessible")).value, []);
});

test("can be used with keys alone", async (session) => {
  assertEquals((await session.visit("keyboard")).value, { answer: "1" });
});

test("shows what its tour tells of, on a phone, above the tour's card", async (session) => {
  const { value } = await session.visit("phone");
  const { seen, columns } = value as { seen: number[]; columns: boolean };
  assertEquals(seen.length, 8);
  for (const pixels of seen) assert(pixels >= 15, `${seen}`);
  assert(columns);
});

test("says what may be where something cannot be, keeps nothing of a run before, and goes back to it", async (session) => {
  const { value } = await session.visit("mistaken");
  const found = value as Record<"address" | "fault" | "kept" | "alone" | "file", string> & {
    stale: number;
  };
  assertMatch(found.address, /rate=99, which cannot be: .* a number from 0\.000001 to 10\./);
  assertMatch(found.fault, /one to 6 whole numbers from 1 to 2000/);
  assertEquals(found.kept, "0");
  assertEquals(found.stale, 0);
  assertMatch(found.alone, /one layer/);
  assertMatch(found.file, /picture\.png cannot be opened as a model: .*\. Choose a model/);
});

test("loads at most 250 kB of compressed script before it learns, and no TensorFlow.js", async (session) => {
  const { fetched } = await session.visit("learns");
  const scripts = session.site.files.filter(({ path }) =>
    path.endsWith(".js") && fetched.includes(path)
  );
  assert(scripts.length >= 3);
  const sizes = await Promise.all(scripts.map(({ bytes }) => gzipped(bytes)));
  const size = sizes.reduce((a, b) => a + b);
  assert(size <= 250_000, `${size} bytes`);
  assert(!fetched.some((path) => path.startsWith("wasm/")));
});

test("learns MNIST on WebGPU to less than 10 % wrong, knows a drawn seven, and gives the model away", async (session) => {
  const { value } = await session.visit("learns");
  const found = value as Record<"answer" | "test" | "testOfFile" | "kept" | "model", string> & {
    shown: number;
    shifts: number;
  };
  assertEquals(found.answer, "7");
  assert(found.shown < 10);
  assertMatch(found.kept, /^\d$/);
  // What counts as none by those who measure pages.
  assert(found.shifts < 0.1, `${found.shifts}`);
  // Opened again it is what it was, and the command line says the same of it.
  assertEquals(found.testOfFile.split(":")[0], found.test.split(":")[0]);
  assertMatch(found.testOfFile, /: mine\.safetensors\.$/);
  const [, wrong] = /^([\d,]+) of 10,000/.exec(found.test)!;
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  try {
    await Deno.writeFile(path, Uint8Array.fromBase64(found.model));
    const root = new URL("../../", import.meta.url);
    const { stdout, success } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "--allow-read", "--allow-ffi", "--allow-env"],
        ...[new URL("apps/cli/main.ts", root).href, "eval", path, "--json"],
      ],
    }).output();
    assert(success);
    const { testError } = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(Math.round(10_000 * testError), Number(wrong!.replace(",", "")));
  } finally {
    await Deno.remove(path);
  }
});

test("repeats a run to the bit by its address, and hides what that says", async (session) => {
  const { value } = await session.visit("repeats");
  const { first, again, other, panels } = value as Record<string, string>;
  assertMatch(first!, /^[0-9a-f]{16}$/);
  assertEquals(panels as unknown, ["watch", "ask", "step", "compare"]);
  assertEquals(again, first);
  assert(other !== first);
});

test("steps through an update with the numbers of the reference backend", async (session) => {
  const { value } = await session.visit("steps");
  const found = value as {
    wrong: number;
    goodness: string[];
    changes: string[];
    scrambled: string[];
    frozen: string[];
  };
  using backend = new ReferenceBackend();
  const settings = { ...DEFAULTS, layers: [20, 15] };
  using network = new FFNetwork(backend, recipeOf(settings), { seed: settings.seed });
  const heldOut: Dataset = takeDataset(await loadMnistPart("train"), 0, 1000);
  const right = await trace(network, heldOut, { image: 0, wrong: found.wrong }, 0);
  const expected = right.layers.flatMap(({ positive, negative }) => [positive, negative]);
  assertEquals(found.goodness.length, 4);
  found.goodness.forEach((text, i) =>
    assertAlmostEquals(Number(text), expected[i]!.goodness, 0.02)
  );
  // Not by that code at all: the score of a label is its goodness, and trainBatch changes the weights.
  const scores = await network.score(takeDataset(heldOut, 0, 1));
  assertAlmostEquals(Number(found.goodness[0]), scores.goodness[0]![heldOut.labels[0]!]!, 0.02);
  const before = await network.state();
  await network.trainBatch(takeDataset(heldOut, 0, 1), [found.wrong]);
  const after = await network.state();
  right.layers.forEach(({ change: { input, unit } }, l) => {
    const name = `layers.${l}.weight`;
    const at = input * before[name]!.shape[1] + unit;
    const [from, to] = found.changes[l]!.replaceAll("−", "-").split(" → ").map(Number);
    assertAlmostEquals(from!, before[name]!.data[at]!, 2e-5);
    assertAlmostEquals(to!, after[name]!.data[at]!, 2e-5);
  });
  for (const changed of [found.scrambled, found.frozen]) {
    assertEquals(changed[0], "not one bit differs");
    for (const other of changed.slice(1)) assertMatch(other, /^[\d,]+ differ$/);
  }
});

test("learns by backpropagation beside it", async (session) => {
  assertMatch(
    String((await session.visit("compares")).value),
    /^Forward-Forward \d.*backpropagation \d/,
  );
});

test("goes on from its last state where the device is lost", async (session) => {
  const { value } = await session.visit("loses");
  assert((value as { error: number }).error < 50);
});

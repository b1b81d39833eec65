// A user of the published packages: outside the workspace, with nothing but their JSR names.

import { assertEquals, assertStringIncludes } from "@std/assert";

const root = new URL("../", import.meta.url).pathname;
const packages = ["core", "backend-webgpu", "backend-tfjs", "backend-onnx", "datasets"];

const PROGRAM = `
import { FFNetwork, recipes, takeDataset } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { createBackend } from "@forward-forward/backend-tfjs";
import { createBackend as createOnnx } from "@forward-forward/backend-onnx";
import { createBackend as createWebGPU } from "@forward-forward/backend-webgpu";
import { loadMnist } from "@forward-forward/datasets";

const { train, test } = await loadMnist();
console.log(train.count, test.count, typeof createWebGPU);
const wasm = await createBackend({ device: "wasm" });
for (const backend of [new ReferenceBackend(), wasm, await createOnnx()]) {
  using network = new FFNetwork(backend, recipes.quick({ layers: [784, 60, 60], epochs: 1 }));
  for await (const { loss } of network.fit(takeDataset(train, 0, 500))) {
    console.log(backend.name, loss > 0 && Number.isFinite(loss));
  }
  console.log((await network.predict(takeDataset(test, 0, 10))).length);
  backend.dispose();
}
`;

Deno.test("the packages work by their JSR names in a project outside the workspace", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const names = packages.map((name) => `@forward-forward/${name}`);
    await Deno.writeTextFile(
      `${folder}/deno.json`,
      JSON.stringify({
        links: packages.map((name) => `${root}packages/${name}`),
        imports: Object.fromEntries(names.map((name) => [name, `jsr:${name}@^0.1.0`])),
      }),
    );
    await Deno.writeTextFile(`${folder}/main.ts`, PROGRAM);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-read", "--allow-env", "--allow-ffi", "main.ts"],
      cwd: folder,
    }).output();
    const output = new TextDecoder().decode(stdout);
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertStringIncludes(output, "60000 10000 function");
    assertStringIncludes(output, "reference true\n10\ntfjs-wasm true\n10\nonnx true\n10\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

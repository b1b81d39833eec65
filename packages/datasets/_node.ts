// Node's modules, which Deno and Bun have too, without an import that a bundler of pages would try to follow.

import { DataError } from "./data_error.ts";

/** The modules that are used here. */
interface Modules {
  "node:fs/promises": typeof import("node:fs/promises");
  "node:module": typeof import("node:module");
  "node:url": typeof import("node:url");
}

/** One of them; a {@linkcode DataError} in a page, which has no files. */
export function nodeModule<Name extends keyof Modules>(name: Name): Modules[Name] {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown };
  };
  const found = process?.getBuiltinModule?.(name);
  if (found) return found as Modules[Name];
  throw new DataError(
    "files can be read in Deno, Node and Bun alone: in a page fetch them, as loadMnist({ url }) does, and give their " +
      "bytes to parseDataset",
  );
}

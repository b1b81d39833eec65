// The backends that tests compare, and what is missing on this machine.

import { type Backend, UnavailableError } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { createBackend as createOnnx } from "@forward-forward/backend-onnx";
import { createBackend as createTfjs } from "@forward-forward/backend-tfjs";
import { createBackend as createWebGPU } from "@forward-forward/backend-webgpu";

/** A backend under test. */
export interface Candidate {
  /** The name it is chosen by. */
  name: string;
  /** Opens it. */
  create: () => Promise<Backend>;
  /** Why it cannot be had here, if it cannot. */
  missing: string | null;
}

// What opening it says on this machine. Where FF_REQUIRE names WebGPU a missing or unsound adapter is no excuse.
async function probe(name: string, create: () => Promise<Backend>): Promise<Candidate> {
  try {
    (await create()).dispose();
    return { name, create, missing: null };
  } catch (error) {
    const required = Deno.env.get("FF_REQUIRE")?.includes("webgpu");
    if (!(error instanceof UnavailableError) || required) throw error;
    return { name, create, missing: error.reason };
  }
}

/** The reference backend, against which the others are compared. */
export const reference: Candidate = {
  name: "reference",
  create: () => Promise.resolve(new ReferenceBackend()),
  missing: null,
};

const others: Record<string, () => Promise<Backend>> = {
  "webgpu": () => createWebGPU(),
  "tfjs": () => createTfjs({ device: "webgpu" }),
  "tfjs-wasm": () => createTfjs({ device: "wasm" }),
  "tfjs-cpu": () => createTfjs({ device: "cpu" }),
  "onnx": () => createOnnx(),
};

/** All other backends, or those that FF_BACKENDS names. */
export const candidates: Candidate[] = [];
for (const [name, create] of Object.entries(others)) {
  const asked = Deno.env.get("FF_BACKENDS")?.split(",").includes(name) ?? true;
  if (asked) candidates.push(await probe(name, create));
}

/** Registers a test for a backend; where it is missing the test is reported as ignored, with the reason. */
export function testOn(
  { name, create, missing }: Candidate,
  criterion: string,
  body: (backend: Backend) => Promise<void>,
): void {
  Deno.test({
    name: `${name}: ${criterion}${missing ? ` (${missing})` : ""}`,
    ignore: missing !== null,
    fn: async () => {
      const backend = await create();
      try {
        await body(backend);
      } finally {
        backend.dispose();
      }
    },
  });
}

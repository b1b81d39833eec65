// Opens what computes, and says what it is.

import { createBackend as createWebGPU } from "@forward-forward/backend-webgpu";
import { type Backend, UnavailableError } from "@forward-forward/core";
import type { Computer } from "../shared/events.ts";
import type { Settings } from "../shared/settings.ts";

/** A backend, and what the page says of it. */
export interface Opened {
  /** What computes. */
  backend: Backend;
  /** What it is. */
  computer: Computer;
}

/**
 * Opens WebGPU where it computes right and on a GPU, else WebAssembly, which is loaded only then; or the one that is asked for.
 *
 * @throws {UnavailableError} Where that cannot be had.
 */
export async function openBackend(wanted: Settings["backend"]): Promise<Opened> {
  if (wanted === "wasm") return await openWasm(null);
  let opened: Opened;
  try {
    const backend = await createWebGPU();
    const { name, device, software } = backend;
    opened = { backend, computer: { name, device, software, instead: null } };
  } catch (error) {
    if (!(error instanceof UnavailableError) || wanted === "webgpu") throw error;
    return await openWasm(error.reason);
  }
  return opened.computer.software && wanted === "auto" ? await faster(opened) : opened;
}

// A processor that plays a GPU is several times slower than one that computes as itself.
async function faster(opened: Opened): Promise<Opened> {
  try {
    const instead = await openWasm(
      "its adapter here computes in software, which WebAssembly does faster",
    );
    opened.backend.dispose();
    return instead;
  } catch (error) {
    if (error instanceof UnavailableError) return opened;
    opened.backend.dispose();
    throw error;
  }
}

async function openWasm(instead: string | null): Promise<Opened> {
  const { createBackend } = await import("@forward-forward/backend-tfjs");
  try {
    const wasmPath = new URL("wasm/", self.location.href).href;
    const backend = await createBackend({ device: "wasm", wasmPath });
    const { name, device } = backend;
    return { backend, computer: { name, device, software: true, instead } };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    const { reason } = error;
    throw new UnavailableError(
      instead === null ? reason : `${instead}, and ${reason}`,
      "load the page again, or open it in a current Chrome, Edge, Firefox or Safari",
      { cause: error },
    );
  }
}

// Who is measured beside PyTorch: this project's CPU beside its CPU, and this project's GPU beside its GPU.

import { type Backend, UnavailableError } from "@forward-forward/core";
import type { WebGPUBackend } from "@forward-forward/backend-webgpu";
import type { Tools } from "../_tools.ts";
import type { Torch } from "../peers/torch.ts";
import type { Peer } from "./_train.ts";

/** The peer's name by the subject's. */
export const TORCH_PEERS = { onnx: "pytorch", webgpu: "pytorch (cuda)" } as const;

/** A backend that has a peer in PyTorch. */
export type TorchSubject = keyof typeof TORCH_PEERS;

/** All of them. */
export const TORCH_SUBJECTS: readonly TorchSubject[] = ["onnx", "webgpu"];

/**
 * Opens a backend and PyTorch beside it.
 *
 * Throws an {@linkcode UnavailableError} where one of them is not there, or where only PyTorch has a GPU.
 */
export async function besideTorch(
  tools: Tools,
  subject: TorchSubject,
): Promise<{ torch: Torch; backend: Backend }> {
  if (subject === "onnx") return { torch: await tools.torch(), backend: await tools.onnx() };
  const torch = await tools.torch("cuda");
  const backend = await tools.webgpu();
  requireGpu(backend, torch.device);
  return { torch, backend };
}

/** Throws an {@linkcode UnavailableError} where WebGPU runs on the CPU, which says nothing beside a GPU. */
export function requireGpu(
  { software, device }: Pick<WebGPUBackend, "software" | "device">,
  peer: string,
): void {
  if (!software) return;
  throw new UnavailableError(
    `WebGPU runs on ${device}, PyTorch on ${peer}`,
    "install that GPU's Vulkan driver",
  );
}

/** A network that PyTorch trains, which it has been given. */
export function torchPeer(torch: Torch, images: number, batch: number): Peer {
  let took = 0;
  return {
    async epoch(): Promise<number[]> {
      const answer = await torch.ask({ do: "epoch", images, batch });
      took = answer.seconds;
      return answer.losses!;
    },
    seconds: () => took,
  };
}

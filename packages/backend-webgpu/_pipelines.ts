// Kernels compiled once each, and what is known when one does not compile.

import type { Kernel } from "./kernels/kernel.ts";
import type { Health } from "./_health.ts";

/** Bytes of parameters a dispatch has: eight sizes (`u32`), then eight scalars (`f32`). */
export const PARAMETER_BYTES = 64;

/** The compiled kernels of a device. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #health: Health;
  readonly #compiled = new Map<string, GPUComputePipeline>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  /** Compiles for `device`; kernels that do not compile are reported to `health`. */
  constructor(device: GPUDevice, health: Health) {
    this.#device = device;
    this.#health = health;
  }

  /** The pipeline of a kernel. Kernels of the same source share one. */
  get(kernel: Kernel): GPUComputePipeline {
    const known = this.#compiled.get(kernel.code);
    if (known) return known;
    const device = this.#device;
    const { label, code } = kernel;
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ label, code });
    const pipeline = device.createComputePipeline({
      label,
      layout: device.createPipelineLayout({ bindGroupLayouts: [this.layout(kernel.access)] }),
      compute: { module, entryPoint: "main" },
    });
    this.#health.expect(
      device.popErrorScope().then((error) =>
        error === null ? undefined : explain(kernel, module, error)
      ),
    );
    this.#compiled.set(code, pipeline);
    return pipeline;
  }

  /** The layout of a kernel's bindings: its parameters, then its storage buffers; see {@linkcode Kernel}. */
  layout(access: string): GPUBindGroupLayout {
    let layout = this.#layouts.get(access);
    if (!layout) {
      const buffers: GPUBufferBindingLayout[] = [
        { type: "uniform", hasDynamicOffset: true, minBindingSize: PARAMETER_BYTES },
        ...Array.from(access, (kind): GPUBufferBindingLayout => ({
          type: kind === "r" ? "read-only-storage" : "storage",
        })),
      ];
      layout = this.#device.createBindGroupLayout({
        label: access,
        entries: buffers.map((buffer, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer,
        })),
      });
      this.#layouts.set(access, layout);
    }
    return layout;
  }
}

async function explain(
  { label, code }: Kernel,
  module: GPUShaderModule,
  cause: GPUError,
): Promise<Error> {
  const { messages } = await module.getCompilationInfo();
  const said = messages.filter(({ type }) => type === "error")
    .map(({ lineNum, linePos, message }) => `line ${lineNum}:${linePos}: ${message.trim()}`);
  const reason = said.length > 0 ? said.join("\n") : cause.message.trim();
  const lines = code.split("\n");
  const width = String(lines.length).length;
  const source = lines.map((line, i) => `${String(i + 1).padStart(width)} | ${line}`).join("\n");
  return new Error(`the kernel of ${label} does not compile: ${reason}\n${source}`, { cause });
}

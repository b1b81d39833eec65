// Kernels compiled once each, and what is known when one does not compile.

import { attempt } from "./_attempt.ts";
import type { Health } from "./_health.ts";
import type { Kernel } from "./kernels/kernel.ts";

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
    const { result, error } = attempt(this.#device, () => {
      const descriptor = this.#describe(kernel);
      const { module } = descriptor.compute;
      return { module, pipeline: this.#device.createComputePipeline(descriptor) };
    });
    this.#health.expect(
      error.then((error) => error === null ? undefined : explain(kernel, result.module, error)),
    );
    this.#compiled.set(kernel.code, result.pipeline);
    return result.pipeline;
  }

  /**
   * Compiles a kernel that is not needed yet, beside all other work where the platform can do that (Deno 2.9 cannot).
   * Resolves to whether it compiled; why it did not is nobody's concern. Rejects if the device is lost.
   */
  async prepare(kernel: Kernel): Promise<boolean> {
    if (this.#compiled.has(kernel.code)) return true;
    try {
      const { result, error } = attempt(
        this.#device,
        () => this.#device.createComputePipelineAsync(this.#describe(kernel)),
      );
      const [pipeline, refusal] = await this.#health.guard(Promise.all([result, error]));
      if (refusal) return false;
      // It may have been needed meanwhile.
      if (!this.#compiled.has(kernel.code)) this.#compiled.set(kernel.code, pipeline);
      return true;
    } catch {
      this.#health.check();
      return false;
    }
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

  #describe({ label, code, access }: Kernel): GPUComputePipelineDescriptor {
    return {
      label,
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [this.layout(access)] }),
      compute: { module: this.#device.createShaderModule({ label, code }), entryPoint: "main" },
    };
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

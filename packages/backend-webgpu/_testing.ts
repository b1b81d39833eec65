// For tests: the adapter, if there is a sound one, and how a test that needs it is registered.

import { UnavailableError } from "@forward-forward/core/tensor";
import { createBackend } from "./create_backend.ts";

// The driver prints a line for every adapter asked for while this is unset.
if (!Deno.env.get("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", "/tmp");

/** Why there is no backend here, or `null` where there is one: no adapter, or what it computes wrongly. */
export const missing: string | null = await createBackend().then(
  (backend) => {
    backend.dispose();
    return null;
  },
  (error) => {
    if (error instanceof UnavailableError) return error.reason;
    throw error;
  },
);

// Whether a missing backend makes its tests fail instead of being ignored.
const required = Deno.env.get("FF_REQUIRE")?.includes("webgpu") ?? false;

/** The real WebGPU: a test may have put another in its place. */
export const { gpu } = navigator;

/** The adapter there is, `null` where none is sound. */
export const adapter: GPUAdapter | null = missing === null ? await gpu.requestAdapter() : null;

/** Registers a test that needs an adapter; `lacks` says what else it needs and is not there. */
export function test(name: string, fn: () => Promise<void>, lacks?: string | null): void {
  const reason = missing ?? lacks;
  Deno.test({
    name: reason ? `${name} (${reason})` : name,
    ignore: Boolean(reason) && !(missing !== null && required),
    // A fence on the queue may be passed after the test that set it.
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}

/** Opens a device of the adapter there is, with WebGPU's default limits. */
export async function openDevice(descriptor: GPUDeviceDescriptor = {}): Promise<GPUDevice> {
  return await (await gpu.requestAdapter())!.requestDevice(descriptor);
}

/**
 * Whether an adapter's WebGPU runs over OpenGL, which its name does not tell: there, `@align` is passed over (naga 29, in Deno
 * 2.9).
 */
export async function isOpenGL(adapter: GPUAdapter): Promise<boolean> {
  const device = await adapter.requestDevice();
  const { STORAGE, COPY_SRC, MAP_READ, COPY_DST } = GPUBufferUsage;
  const from = device.createBuffer({ size: 32, usage: STORAGE | COPY_DST });
  const to = device.createBuffer({ size: 4, usage: STORAGE | COPY_SRC });
  const read = device.createBuffer({ size: 4, usage: MAP_READ | COPY_DST });
  device.queue.writeBuffer(from, 0, Uint32Array.of(0, 1, 0, 0, 2, 0, 0, 0));
  const module = device.createShaderModule({
    code: `struct Apart { a: u32, @align(16) b: u32 }
@group(0) @binding(0) var<storage, read> apart: Apart;
@group(0) @binding(1) var<storage, read_write> b: u32;
@compute @workgroup_size(1) fn main() { b = apart.b; }`,
  });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = [from, to].map((buffer, binding) => ({ binding, resource: { buffer } }));
  pass.setBindGroup(
    0,
    device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }),
  );
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(to, 0, read, 0, 4);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  const [b] = new Uint32Array(read.getMappedRange());
  device.destroy();
  // 1 follows at once, 2 sixteen bytes from the start.
  return b === 1;
}

/** Whether the adapter there is runs over OpenGL. */
export const opengl: boolean = adapter !== null && await isOpenGL(adapter);

#!/bin/sh
# Deno 2.9.6, WebGPU over OpenGL (Mesa 22.3.6): the first run of a kernel takes a time that grows with the square of its
# workgroup memory; over Vulkan on the same machine it does not grow at all.
#
# Milliseconds until the kernel below has run once, with 64, 256, 512 and 1,024 floats of workgroup memory (4 KiB, of the
# 16 KiB that WebGPU guarantees):
#     OpenGL    49   189   634   2394
#     Vulkan    24    24    24     25
# WebGPU clears that memory before a workgroup begins. A matrix product with tiles in workgroup memory, the usual kernel
# for GPUs, so takes seconds to compile for each of its variants where Deno finds no Vulkan driver and takes OpenGL
# without a word. What computes is right: it is only late. Kernels with tiles in registers do not have this.
#
# Seen: 2026-11-27, two cores, Mesa 22.3.6 of Debian 12 (llvmpipe, no GPU). Needs Node's npm, the npm registry, and Debian's
# mesa-vulkan-drivers, libegl1 and libgl1-mesa-dri. Fails if the behaviour changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund deno@2.9.6 >/dev/null

cat > main.mjs <<'JS'
const adapter = await navigator.gpu.requestAdapter();
if (!adapter) {
  console.error("no adapter: apt-get install mesa-vulkan-drivers libegl1 libgl1-mesa-dri");
  Deno.exit(2);
}
const device = await adapter.requestDevice();

// Milliseconds until a kernel with so many floats of workgroup memory has turned 64 numbers round.
async function firstRun(floats) {
  const code = `
    @group(0) @binding(0) var<storage, read_write> y: array<f32>;
    var<workgroup> shared_floats: array<f32, ${floats}>;
    @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) {
      shared_floats[i] = f32(i + ${floats}u);
      workgroupBarrier();
      y[i] = shared_floats[63u - i];
    }`;
  const { STORAGE, COPY_SRC, MAP_READ, COPY_DST } = GPUBufferUsage;
  const y = device.createBuffer({ size: 256, usage: STORAGE | COPY_SRC });
  const read = device.createBuffer({ size: 256, usage: MAP_READ | COPY_DST });
  const start = performance.now();
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
  const entries = [{ binding: 0, resource: { buffer: y } }];
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }),
  );
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(y, 0, read, 0, 256);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  const took = performance.now() - start;
  const [first] = new Float32Array(read.getMappedRange());
  if (first !== 63 + floats) throw new Error(`computed ${first}`);
  return took;
}

await firstRun(65); // What only the first kernel of a process takes.
const times = [];
for (const floats of [64, 256, 512, 1024]) times.push(await firstRun(floats));
console.error(times.map((ms) => ms.toFixed(0).padStart(6)).join(""));
console.log(times[3] > 10 * times[0] ? "grows" : times[3] < 4 * times[0] ? "does not grow" : "unclear");
JS

# The driver would remember what it compiled, and prints a line where this variable is unset.
export MESA_SHADER_CACHE_DISABLE=true XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/tmp}"
deno() { ./node_modules/.bin/deno run --quiet --no-prompt main.mjs; }
{
  echo "Vulkan: $(deno)"
  echo "OpenGL: $(VK_DRIVER_FILES=/dev/null deno)"
} | tee seen
printf 'Vulkan: does not grow\nOpenGL: grows\n' > expected
diff expected seen && echo "as found"

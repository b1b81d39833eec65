#!/bin/sh
# webgpu 0.6.2 (Dawn for Node) finds no adapter on Mesa 22.3.6's software Vulkan driver, on which Deno 2.9.6 finds one.
#
# Debian 12's llvmpipe is what machines without a GPU test WebGPU on. Dawn leaves it out for a Vulkan feature that it has
# not, shaderUniform*ArrayDynamicIndexing, and requestAdapter() is null like on a machine with no driver at all; the
# reason goes to stderr. The SwiftShader that comes with Debian's Chromium does for Dawn: VK_ICD_FILENAMES names its
# vk_swiftshader_icd.json. So one software driver does not stand for the other in tests.
#
# Seen: 2026-11-27, Node 20.20.2, Debian 12, no GPU. Needs Node's npm, the npm registry, and Debian's mesa-vulkan-drivers and
# chromium. Fails if the behaviour changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund webgpu@0.6.2 deno@2.9.6 >/dev/null

cat > dawn.mjs <<'JS'
import { create } from "webgpu";
globalThis.gpu = create([]);
const adapter = await globalThis.gpu.requestAdapter();
console.log(adapter ? adapter.info.description.split(" ")[0] : "none");
process.exit(0);
JS
cat > deno.mjs <<'JS'
const adapter = await navigator.gpu.requestAdapter();
console.log(adapter ? adapter.info.description.split(" ")[0] : "none");
JS

export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/tmp}"
llvmpipe=$(ls /usr/share/vulkan/icd.d/lvp_icd*.json)
swiftshader=/usr/lib/chromium/vk_swiftshader_icd.json
{
  echo "llvmpipe, Deno: $(VK_ICD_FILENAMES=$llvmpipe ./node_modules/.bin/deno run --quiet --no-prompt deno.mjs)"
  echo "llvmpipe, Dawn: $(VK_ICD_FILENAMES=$llvmpipe node dawn.mjs 2>reason)"
  grep -o -m 1 'shader[A-Za-z*]*Indexing required' reason
  echo "SwiftShader, Dawn: $(VK_ICD_FILENAMES=$swiftshader node dawn.mjs 2>/dev/null)"
} | tee seen
cat > expected <<'TXT'
llvmpipe, Deno: llvmpipe
llvmpipe, Dawn: none
shaderUniform*ArrayDynamicIndexing required
SwiftShader, Dawn: SwiftShader
TXT
diff expected seen && echo "as found"

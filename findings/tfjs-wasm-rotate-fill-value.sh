#!/bin/sh
# TensorFlow.js 4.22.0, backend "wasm": image.rotateWithOffset fills the corners with the whole part of its fill value.
#
# 0.25 and 0.5 become 0, and 1.75 becomes 1. Images there are usually floats from 0 to 1, so a grey or white ground that
# is not quite 1 comes out black. The backend "cpu" fills with what it was given; image.transform on "wasm" does too.
#
# Seen: 2026-11-28, Node 20.20.2, Linux x64. Needs Node from 18 on and the npm registry. Fails if the behaviour changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts \
  @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0 >/dev/null

cat > main.mjs <<'JS'
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

console.warn = () => {};
setWasmPaths("./node_modules/@tensorflow/tfjs-backend-wasm/dist/");
for (const backend of ["cpu", "wasm"]) {
  await tf.setBackend(backend);
  const image = tf.ones([1, 3, 3, 1]);
  for (const fill of [5, 0.25, 0.5, 1.75]) {
    const y = tf.image.rotateWithOffset(image, Math.PI / 4, fill);
    console.log(backend, `rotateWithOffset, ${fill}:`, (await y.data())[0]);
  }
  const away = tf.tensor2d([[1, 0, -9, 0, 1, -9, 0, 0]]);
  console.log(backend, "transform, 0.25:", (await tf.image.transform(image, away, "nearest", "constant", 0.25).data())[0]);
}
JS

cat > expected <<'TXT'
cpu rotateWithOffset, 5: 5
cpu rotateWithOffset, 0.25: 0.25
cpu rotateWithOffset, 0.5: 0.5
cpu rotateWithOffset, 1.75: 1.75
cpu transform, 0.25: 0.25
wasm rotateWithOffset, 5: 5
wasm rotateWithOffset, 0.25: 0
wasm rotateWithOffset, 0.5: 0
wasm rotateWithOffset, 1.75: 1
wasm transform, 0.25: 0.25
TXT
node main.mjs 2>/dev/null | grep -v -e '^=*$' -e '^Hi, looks like' | tee seen
diff expected seen && echo "as found"

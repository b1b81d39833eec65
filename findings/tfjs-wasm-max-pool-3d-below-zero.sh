#!/bin/sh
# TensorFlow.js 4.22.0, backend "wasm": the largest of numbers below zero is 1.1754943508222875e-38, in maxPool3d and in
# dilation2d.
#
# Both begin from the smallest positive float instead of the lowest one, so no window comes out below it. After a ReLU
# nobody notices; before one, or on standardised inputs, half of what a network sees is lost. maxPool, in two
# dimensions, and the backend "cpu" are right.
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
  const of = async (what, y) => console.log(backend, what, String((await y.data())[0]));
  await of("maxPool", tf.maxPool(tf.fill([1, 2, 2, 1], -3), 2, 1, "valid"));
  await of("maxPool3d", tf.maxPool3d(tf.fill([1, 2, 2, 2, 1], -3), 2, 1, "valid"));
  await of("dilation2d", tf.dilation2d(tf.fill([1, 2, 2, 1], -3), tf.zeros([2, 2, 1]), 1, "valid"));
}
JS

cat > expected <<'TXT'
cpu maxPool -3
cpu maxPool3d -3
cpu dilation2d -3
wasm maxPool -3
wasm maxPool3d 1.1754943508222875e-38
wasm dilation2d 1.1754943508222875e-38
TXT
node main.mjs 2>/dev/null | grep -v -e '^=*$' -e '^Hi, looks like' | tee seen
diff expected seen && echo "as found"

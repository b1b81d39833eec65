#!/bin/sh
# @tensorflow/tfjs-backend-wasm 4.22.0: what is reduced over an axis of no elements is whatever lay in memory; on the processor's
# backend it is 0, 1 for a product.
#
# sum, mean, prod, all, any, and products whose inner dimension is 0 (matMul, and conv2d of no channels) return at once where an
# input is empty, before anything is written to the result. So the sum of an empty second part of a split, or of a batch from
# which everything was filtered out, is neither 0 nor the same twice, and nothing is thrown. argMax and cumsum are right. On
# the processor's backend `all` of nothing is false, where NumPy and PyTorch say true.
#
# Seen: 2026-11-28, Node 20.20.2, Linux x64. Needs Node and the npm registry. Fails if the behaviour changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0 >/dev/null

cat > main.mjs <<'JS'
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";

const rows = () => tf.zeros([64, 0]);
const made = {
  sum: () => tf.sum(rows(), 1),
  mean: () => tf.mean(rows(), 1),
  prod: () => tf.prod(rows(), 1),
  all: () => tf.all(rows().toBool(), 1),
  any: () => tf.any(rows().toBool(), 1),
  matMul: () => tf.matMul(rows(), tf.zeros([0, 1])),
  conv2d: () => tf.conv2d(tf.zeros([1, 8, 8, 0]), tf.zeros([1, 1, 0, 1]), 1, "same"),
  argMax: () => tf.argMax(rows(), 1),
};
for (const backend of ["cpu", "wasm"]) {
  await tf.setBackend(backend);
  for (const [name, make] of Object.entries(made)) {
    // Tensors of the result's size were there before, full of nines.
    const before = [1, 2, 3, 4].map(() => tf.fill([64], 9, "int32"));
    for (const tensor of before) {
      tensor.dataSync();
      tensor.dispose();
    }
    const values = [...new Set(tf.tidy(() => make().dataSync()))];
    const told = values.length === 1 && (values[0] === 0 || values[0] === 1) ? values[0] : "what was there";
    console.log(`${backend} ${name}: ${told}`);
  }
}
JS

cat > expected <<'TXT'
cpu sum: 0
cpu mean: 0
cpu prod: 1
cpu all: 0
cpu any: 0
cpu matMul: 0
cpu conv2d: 0
cpu argMax: 0
wasm sum: what was there
wasm mean: what was there
wasm prod: what was there
wasm all: what was there
wasm any: what was there
wasm matMul: what was there
wasm conv2d: what was there
wasm argMax: 0
TXT
node main.mjs 2>/dev/null | grep -E "^(cpu|wasm) " | tee seen
diff expected seen && echo "as found"

#!/bin/sh
# TensorFlow.js 4.22.0, backend "wasm": toBool() of a float keeps the low byte of its whole part, so that 0.5 and 256 are
# false, and "true" is anything from 1 to 255.
#
# Everywhere else (backend "cpu", NumPy, PyTorch) whatever is not zero is true. Nothing on the way says so: tf.where
# takes the wrong branch, tf.any says that there is none, a sum of three true values is 260, and logicalAnd of two
# values that are true, 2 and 1, is their bits in common, which is false. Compare instead: x.notEqual(0) is right.
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
  const x = tf.tensor1d([0, 0.5, 1, -1, 2, 256]);
  const list = async (what, y) => console.log(backend, what, JSON.stringify(await y.array()));
  await list("toBool", x.toBool());
  await list("where", tf.where(x.toBool(), tf.ones([6]), tf.zeros([6])));
  await list("any of 0.5", tf.any(tf.tensor1d([0.5]).toBool()));
  await list("sum of three", tf.sum(tf.tensor1d([-1, 2, 3]).toBool()));
  await list("2 and 1", tf.logicalAnd(tf.tensor1d([2]).toBool(), tf.tensor1d([1]).toBool()));
  await list("notEqual(0)", x.notEqual(0));
}
JS

cat > expected <<'TXT'
cpu toBool [0,1,1,1,1,1]
cpu where [0,1,1,1,1,1]
cpu any of 0.5 1
cpu sum of three 3
cpu 2 and 1 [1]
cpu notEqual(0) [0,1,1,1,1,1]
wasm toBool [0,0,1,255,2,0]
wasm where [0,0,1,1,1,0]
wasm any of 0.5 0
wasm sum of three 260
wasm 2 and 1 [0]
wasm notEqual(0) [0,1,1,1,1,1]
TXT
node main.mjs 2>/dev/null | grep -v -e '^=*$' -e '^Hi, looks like' | tee seen
diff expected seen && echo "as found"

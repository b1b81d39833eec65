#!/bin/sh
# TensorFlow.js 4.22.0, backend "wasm": clipByValue of whole numbers compares their bits as floats.
#
# [7, 1, -5] between -1 and 2 stays 7 and 1, for as floats their bits are next to nothing, and -5 becomes -1082130432,
# which is the float -1 read as a whole number. The backend "cpu" gives [2, 1, -1]. Clip first and cast then, or take
# minimum and maximum, which are right.
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
  const x = tf.tensor1d([7, 1, -5], "int32");
  const list = async (what, y) => console.log(backend, what, JSON.stringify(await y.array()));
  await list("clipByValue", tf.clipByValue(x, -1, 2));
  await list("minimum, maximum", tf.maximum(tf.minimum(x, tf.scalar(2, "int32")), tf.scalar(-1, "int32")));
}
JS

cat > expected <<'TXT'
cpu clipByValue [2,1,-1]
cpu minimum, maximum [2,1,-1]
wasm clipByValue [7,1,-1082130432]
wasm minimum, maximum [2,1,-1]
TXT
node main.mjs 2>/dev/null | grep -v -e '^=*$' -e '^Hi, looks like' | tee seen
diff expected seen && echo "as found"

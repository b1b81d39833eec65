#!/bin/sh
# TensorFlow.js 4.22.0: conv2d with a number as padding takes the filter to be as wide as it is high.
#
# A filter of 3x2 over 4x4 with padding 1 makes 4x5 numbers, and one of 2x3 makes 5x4; tf.conv2d makes 4x4 and 5x5, for
# it computes both sides from the height. So a column of the result is missing, or one is made up of zeros beyond the
# edge, and whatever sizes were worked out by the formula no longer fit. Padding written out a side,
# [[0,0],[1,1],[1,1],[0,0]], is right, and so are square filters.
#
# Seen: 2026-11-28, Node 20.20.2, Linux x64. Needs Node from 18 on and the npm registry. Fails if the behaviour changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts \
  @tensorflow/tfjs@4.22.0 >/dev/null

cat > main.mjs <<'JS'
import * as tf from "@tensorflow/tfjs";

console.warn = () => {};
await tf.setBackend("cpu");
const sides = [[0, 0], [1, 1], [1, 1], [0, 0]];
for (const filter of [[3, 3], [3, 2], [2, 3]]) {
  for (const pad of [1, sides]) {
    const weights = tf.ones([...filter, 1, 1]);
    const y = tf.squeeze(tf.conv2d(tf.ones([1, 4, 4, 1]), weights, 1, pad, "NHWC", 1, "floor"));
    const how = pad === 1 ? "1" : "1 on each side";
    console.log(`${filter.join("x")}, ${how}: ${y.shape.join("x")}, first row ${(await y.array())[0]}`);
  }
}
JS

cat > expected <<'TXT'
3x3, 1: 4x4, first row 4,6,6,4
3x3, 1 on each side: 4x4, first row 4,6,6,4
3x2, 1: 4x4, first row 2,4,4,4
3x2, 1 on each side: 4x5, first row 2,4,4,4,2
2x3, 1: 5x5, first row 2,3,3,2,1
2x3, 1 on each side: 5x4, first row 2,3,3,2
TXT
node main.mjs 2>/dev/null | grep -v -e '^=*$' -e '^Hi, looks like' | tee seen
diff expected seen && echo "as found"

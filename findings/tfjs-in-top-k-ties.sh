#!/bin/sh
# @tensorflow/tfjs 4.22.0: `tf.inTopKAsync` says of classes that tie that the first of them is among the top k and the others are not.
#
# TensorFlow's `in_top_k`, which it is named and shaped after, says in its documentation that classes which straddle the border of
# the top k with the same prediction are all among them. Of a network that is silent, whose predictions are the same for all
# classes, the one finds every target among the top 1, the other only targets of class 0: accuracies that are counted with it are not
# comparable. What helps: count the predictions that are larger than the target's.
#
# Seen: 2026-11-28, Node 20.20.2, Linux x64. Needs Node from 20.15 on and the npm registry. Fails if the behaviour changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0 >/dev/null

cat > main.mjs <<'JS'
import * as tf from "@tensorflow/tfjs";
await tf.setBackend("cpu");

for (const [scores, k] of [[[2, 2, 2], 1], [[2, 2, 2], 2], [[3, 1, 1], 2]]) {
  const predictions = tf.tensor2d([scores, scores, scores]);
  const targets = tf.tensor1d([0, 1, 2], "int32");
  const among = [...(await tf.inTopKAsync(predictions, targets, k)).dataSync()];
  const larger = scores.map((score) => scores.filter((other) => other > score).length < k ? 1 : 0);
  console.log(`[${scores}], k = ${k}: among the top ${among}, by counting those that are larger ${larger}`);
}
JS

cat > expected <<'TXT'
[2,2,2], k = 1: among the top 1,0,0, by counting those that are larger 1,1,1
[2,2,2], k = 2: among the top 1,1,0, by counting those that are larger 1,1,1
[3,1,1], k = 2: among the top 1,1,0, by counting those that are larger 1,1,1
TXT
node main.mjs 2>/dev/null | grep '^\[' | tee seen
diff expected seen && echo "as found"

#!/bin/sh
# onnxruntime-node 1.30.0, CPU: GroupNormalization of numbers far from zero is off by any factor; LayerNormalization of the
# same numbers is right.
#
# The variance is taken as the mean of squares less the square of the mean, in float32, and what is left of two large
# numbers is noise, or nothing, in which case the epsilon alone decides. Four numbers half apart should come out as -1.34,
# -0.45, 0.45, 1.34: around 1,000 they do, around 2,000 they are off by a fifth, and around 10,000 they are 237. LayerNormalization and MeanVarianceNormalization are right to four digits.
#
# Seen: 2026-11-28, Node 20.20.2, Linux x64. Needs Node from 20.15 on and the npm registry. Fails if the behaviour changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts onnxruntime-node@1.30.0 onnx-proto@8.0.1 >/dev/null

cat > main.mjs <<'JS'
import ort from "onnxruntime-node";
import proto from "onnx-proto";

const { onnx } = proto;
const value = (name, elemType) => ({ name, type: { tensorType: { elemType } } });
// Runs one node on float32 inputs.
async function run(opType, version, inputs, attribute, outputs = ["y0"]) {
  const names = inputs.map((_, i) => `x${i}`);
  const session = await ort.InferenceSession.create(
    onnx.ModelProto.encode(onnx.ModelProto.create({
      irVersion: 10,
      opsetImport: [{ domain: "", version }],
      graph: {
        name: "one node",
        node: [{ opType, input: names, output: outputs, attribute }],
        input: names.map((name) => value(name, 1)),
        output: outputs.map((name) => value(name, 1)),
      },
    })).finish(),
  );
  const feeds = inputs.map(([data, shape]) => new ort.Tensor("float32", data, shape));
  const { y0 } = await session.run(Object.fromEntries(names.map((name, i) => [name, feeds[i]])));
  return [...y0.data];
}

const whole = (name, i) => ({ name, type: 2, i });
for (const start of [0, 1_000, 2_000, 10_000]) {
  const x = [0, 0.5, 1, 1.5].map((step) => start + step);
  const group = await run("GroupNormalization", 21, [[x, [1, 2, 2]], [[1, 1], [2]], [[0, 0], [2]]], [whole("num_groups", 1)]);
  const layer = await run("LayerNormalization", 17, [[x, [1, 4]], [[1, 1, 1, 1], [4]]], [whole("axis", -1)]);
  const last = (y) => y.at(-1).toFixed(2);
  console.log(`from ${start}: group ${last(group)}, layer ${last(layer)}`);
}
JS

cat > expected <<'TXT'
from 0: group 1.34, layer 1.34
from 1000: group 1.34, layer 1.34
from 2000: group 1.06, layer 1.34
from 10000: group 237.17, layer 1.34
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"

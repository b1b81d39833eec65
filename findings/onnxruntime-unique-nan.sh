#!/bin/sh
# onnxruntime-node 1.30.0, CPU: Unique leaves NaN out, however many there are.
#
# The unique elements of [3, NaN, 1, NaN] are said to be 1 and 3. NumPy has one NaN at the end, PyTorch has each of them,
# and ONNX's own reference is NumPy's. Whoever counts the classes or symbols of a column sees no sign that some were missing.
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

for (const sorted of [1, 0]) {
  const y = await run("Unique", 11, [[[3, NaN, 1, NaN], [4]]], [{ name: "sorted", type: 2, i: sorted }]);
  console.log(`sorted ${sorted}: [${y}]`);
}
JS

cat > expected <<'TXT'
sorted 1: [1,3]
sorted 0: [3,1]
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"

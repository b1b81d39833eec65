#!/bin/sh
# onnxruntime-node 1.30.0 and onnxruntime-web 1.30.0 (WebAssembly): `MeanVarianceNormalization` makes NaN of a channel that is the
# same everywhere, where the standard's function body makes zeros.
#
# ONNX spells the operator out as a function that adds 1e-9 to the standard deviation before it divides, so that a blank channel
# becomes zeros. The kernel here divides by the bare one: one blank channel, a dead one or a blank image by itself, is NaN, and so is
# all that is computed from it. `InstanceNormalization`, whose epsilon is an attribute, gives zeros.
#
# Seen: 2026-11-28, Node 20.20.2, Linux x64. Needs Node from 20.15 on and the npm registry. Fails if the behaviour changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts onnxruntime-node@1.30.0 onnxruntime-web@1.30.0 onnx-proto@8.0.1 >/dev/null

cat > main.mjs <<'JS'
import node from "onnxruntime-node";
import web from "onnxruntime-web";
import proto from "onnx-proto";

const { onnx } = proto;
const floats = (name) => ({ name, type: { tensorType: { elemType: 1 } } });
const model = (opType, ...input) => onnx.ModelProto.encode(onnx.ModelProto.create({
  irVersion: 10,
  opsetImport: [{ domain: "", version: 21 }],
  graph: {
    name: "normalised",
    node: [{ opType, input, output: ["y"] }],
    input: input.map(floats),
    output: [{ name: "y" }],
  },
})).finish();

// Two channels of 2x2: a blank one, and one that is not.
const pixels = [3, 3, 3, 3, 0, 0, 1, 1];
for (const [name, ort] of [["onnxruntime-node", node], ["onnxruntime-web", web]]) {
  const tensor = (data, shape) => new ort.Tensor("float32", Float32Array.from(data), shape);
  const x = tensor(pixels, [1, 2, 2, 2]);
  const run = async (bytes, feeds) => {
    const { y } = await (await ort.InferenceSession.create(bytes)).run(feeds);
    return [...y.data].map((v) => Number(v.toFixed(3))).join(" ");
  };
  console.log(`${name}: MeanVarianceNormalization ${await run(model("MeanVarianceNormalization", "x"), { x })}`);
  const scale = tensor([1, 1], [2]);
  const bias = tensor([0, 0], [2]);
  console.log(`${name}: InstanceNormalization ${await run(model("InstanceNormalization", "x", "scale", "bias"), { x, scale, bias })}`);
}
JS

cat > expected <<'TXT'
onnxruntime-node: MeanVarianceNormalization NaN NaN NaN NaN -1 -1 1 1
onnxruntime-node: InstanceNormalization 0 0 0 0 -1 -1 1 1
onnxruntime-web: MeanVarianceNormalization NaN NaN NaN NaN -1 -1 1 1
onnxruntime-web: InstanceNormalization 0 0 0 0 -1 -1 1 1
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"

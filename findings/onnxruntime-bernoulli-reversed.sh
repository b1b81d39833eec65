#!/bin/sh
# onnxruntime-node 1.30.0 and onnxruntime-web 1.30.0 (WebAssembly): `Bernoulli` draws 1 with probability 1 - p.
#
# ONNX says of a model of opset 15 to 21 that where the input is p, an output is 1 with probability p. Of an input of 0 here every
# output is 1, of an input of 1 every output is 0, and of 0.1 nine in ten are 1: masks for dropout and the like are the other
# way round, and at p = 0.5 nobody sees it. The operator is made of others here, as the standard spells it out, which draws a
# uniform number and asks whether it is greater than p. From opset 22 on onnxruntime-node makes no session of it.
# What helps: `RandomUniformLike` and `Less` in its place.
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
const model = (nodes, output) => onnx.ModelProto.encode(onnx.ModelProto.create({
  irVersion: 10,
  opsetImport: [{ domain: "", version: 21 }],
  graph: {
    name: "drawn",
    node: nodes,
    input: [{ name: "p", type: { tensorType: { elemType: 1 } } }],
    output: [{ name: output }],
  },
})).finish();
const drawn = { opType: "Bernoulli", input: ["p"], output: ["drawn"] };
const uniform = { opType: "RandomUniformLike", input: ["p"], output: ["uniform"] };
const less = { opType: "Less", input: ["uniform", "p"], output: ["less"] };

for (const [name, ort] of [["onnxruntime-node", node], ["onnxruntime-web", web]]) {
  const share = async (nodes, output, p) => {
    const session = await ort.InferenceSession.create(model(nodes, output));
    const feeds = { p: new ort.Tensor("float32", new Float32Array(10_000).fill(p), [10_000]) };
    const { data } = (await session.run(feeds))[output];
    return (data.reduce((sum, x) => sum + Number(x), 0) / 10_000).toFixed(1);
  };
  for (const p of [0, 0.1, 1]) {
    console.log(`${name}: p = ${p}, ones drawn by Bernoulli ${await share([drawn], "drawn", p)}, by Less ${await share([uniform, less], "less", p)}`);
  }
}
JS

cat > expected <<'TXT'
onnxruntime-node: p = 0, ones drawn by Bernoulli 1.0, by Less 0.0
onnxruntime-node: p = 0.1, ones drawn by Bernoulli 0.9, by Less 0.1
onnxruntime-node: p = 1, ones drawn by Bernoulli 0.0, by Less 1.0
onnxruntime-web: p = 0, ones drawn by Bernoulli 1.0, by Less 0.0
onnxruntime-web: p = 0.1, ones drawn by Bernoulli 0.9, by Less 0.1
onnxruntime-web: p = 1, ones drawn by Bernoulli 0.0, by Less 1.0
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"

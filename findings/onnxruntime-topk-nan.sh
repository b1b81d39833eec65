#!/bin/sh
# onnxruntime-node 1.30.0, CPU: beside a NaN, TopK returns neither the largest numbers nor a fixed place for the NaN.
#
# The two largest of [1, NaN, 3, 2] come out as [1, NaN], and 3 is lost; of [3, 2, 1, NaN] as [3, 2], and the NaN is
# lost; of [NaN, 1, 3, 2] as [NaN, 3]. ONNX says nothing of NaN; NumPy and PyTorch take it for the largest, wherever it
# stands. Whoever reads a "top 5" of scores sees ordinary labels and no sign that a score was NaN. ArgMax depends on
# the place too: 2 for the first of these, 0 for the last.
#
# Seen: 2026-11-27, Node 20.20.2, Linux x64. Needs Node from 20.15 on and the npm registry. Fails if the behaviour changes.
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
const FLOAT = 1, INT64 = 7;
const value = (name, elemType, ...dims) => ({
  name,
  type: { tensorType: { elemType, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
});
const model = (node, input, output) =>
  onnx.ModelProto.encode(onnx.ModelProto.create({
    irVersion: 8,
    opsetImport: [{ domain: "", version: 18 }],
    graph: { name: "one node", node: [node], input, output },
  })).finish();
const axis = [{ name: "axis", type: 2, i: 1 }];
const topK = await ort.InferenceSession.create(model(
  { opType: "TopK", input: ["x", "k"], output: ["values", "places"], attribute: axis },
  [value("x", FLOAT, 1, 4), value("k", INT64, 1)],
  [value("values", FLOAT, 1, 2), value("places", INT64, 1, 2)],
));
const argMax = await ort.InferenceSession.create(model(
  { opType: "ArgMax", input: ["x"], output: ["place"], attribute: axis },
  [value("x", FLOAT, 1, 4)],
  [value("place", INT64, 1, 1)],
));
for (const row of [[1, NaN, 3, 2], [3, 2, 1, NaN], [NaN, 1, 3, 2]]) {
  const x = new ort.Tensor("float32", row, [1, 4]);
  const { values } = await topK.run({ x, k: new ort.Tensor("int64", [2n], [1]) });
  const { place } = await argMax.run({ x });
  console.log(`[${row}]: top two [${values.data}], argmax ${place.data}`);
}
JS

cat > expected <<'TXT'
[1,NaN,3,2]: top two [1,NaN], argmax 2
[3,2,1,NaN]: top two [3,2], argmax 0
[NaN,1,3,2]: top two [NaN,3], argmax 0
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"

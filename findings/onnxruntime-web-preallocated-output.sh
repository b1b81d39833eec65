#!/bin/sh
# onnxruntime-web 1.30.0, WebAssembly: an output for which room was made beforehand comes back as that room was, not computed;
# onnxruntime-node fills it, and returns a tensor that is a copy, so that room made beforehand spares no memory.
#
# Both packages have `run(feeds, fetches)` from onnxruntime-common, which says of a tensor among the fetches that it is used as
# a value allocated beforehand. In WebAssembly the result stays in the module's own memory: nothing is thrown, and the tensor
# that is returned is the caller's, with what was in it. So a loop that makes its outputs once, to spare memory, works in
# Node's package and yields old numbers in a page. Without fetches, or with `null` for an output, both are right.
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
const negative = onnx.ModelProto.encode(onnx.ModelProto.create({
  irVersion: 10,
  opsetImport: [{ domain: "", version: 17 }],
  graph: {
    name: "the negative",
    node: [{ opType: "Neg", input: ["x"], output: ["y"] }],
    input: [floats("x")],
    output: [floats("y")],
  },
})).finish();

for (const [name, ort] of [["onnxruntime-node", node], ["onnxruntime-web", web]]) {
  const session = await ort.InferenceSession.create(negative);
  const feeds = { x: new ort.Tensor("float32", [1, 2, 3], [3]) };
  const room = new ort.Tensor("float32", [7, 7, 7], [3]);
  const { y } = await session.run(feeds, { y: room });
  const { y: made } = await session.run(feeds, { y: null });
  console.log(`${name}: the room ${[...room.data]}, returned ${[...y.data]}, the room itself ${y === room}, in its memory ${y.data.buffer === room.data.buffer}; with null ${[...made.data]}`);
}
JS

cat > expected <<'TXT'
onnxruntime-node: the room -1,-2,-3, returned -1,-2,-3, the room itself false, in its memory false; with null -1,-2,-3
onnxruntime-web: the room 7,7,7, returned 7,7,7, the room itself true, in its memory true; with null -1,-2,-3
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"

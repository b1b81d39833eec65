#!/bin/sh
# onnxruntime-node 1.30.0, CPU: whether MaxPool shows a NaN depends on where it lies and on how long the row is, and
# a window of -Infinity becomes a finite number.
#
# Pooled alone, [1, NaN] is 1 and [NaN, 3] is 3, by MaxPool as by GlobalMaxPool; as windows of [1, NaN, 3, 2] the first of
# them is NaN and the second 3. PyTorch gives NaN for each. Where all of a window is -Infinity, as masks make it, the
# result is the lowest float, and what tests for -Infinity later does not find it.
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

const window = [{ name: "kernel_shape", type: 7, ints: [1, 2] }];
for (const row of [[1, NaN], [NaN, 3], [-Infinity, -Infinity]]) {
  const x = [[row, [1, 1, 1, 2]]];
  const [pooled] = await run("MaxPool", 12, x, window);
  const [whole] = await run("GlobalMaxPool", 12, x, []);
  console.log(`[${row}]: MaxPool ${pooled}, GlobalMaxPool ${whole}`);
}
console.log(`[1,NaN,3,2]: MaxPool ${await run("MaxPool", 12, [[[1, NaN, 3, 2], [1, 1, 1, 4]]], window)}`);
JS

cat > expected <<'TXT'
[1,NaN]: MaxPool 1, GlobalMaxPool 1
[NaN,3]: MaxPool 3, GlobalMaxPool 3
[-Infinity,-Infinity]: MaxPool -3.4028234663852886e+38, GlobalMaxPool -3.4028234663852886e+38
[1,NaN,3,2]: MaxPool NaN,3,3
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"

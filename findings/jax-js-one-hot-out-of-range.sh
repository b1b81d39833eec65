#!/bin/sh
# jax-js 0.1.25: nn.oneHot of a label that is out of range gives another label, or all of them.
#
# Of three classes, 4 comes out as class 0, 5 as class 1, and -1 as [1,1,1]. In JAX, after which it is made, each is a row
# of zeros, and -1 is what masked and padded places are often marked with: here they count for every class.
#
# Seen: 2026-11-28, Node 20.20.2, Linux x64, devices "cpu" and "wasm". Needs Node from 20 on and the npm registry. Fails
# if the behaviour changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @jax-js/jax@0.1.25 >/dev/null

cat > main.mjs <<'JS'
globalThis.navigator ??= {}; // Node has had it since version 21.
const { defaultDevice, grad, init, nn, numpy: np } = await import("@jax-js/jax");

await init();
for (const device of ["cpu", "wasm"]) {
  defaultDevice(device);
  const show = (what, y) => console.log(device, what, JSON.stringify(y.js(), (_, v) => Number.isNaN(v) ? "NaN" : v));
  for (const label of [0, 2, 3, 4, 5, -1]) {
    show(`oneHot(${label}, 3):`, nn.oneHot(np.array([label], { dtype: np.int32 }), 3));
  }
}
JS

cat > expected <<'TXT'
cpu oneHot(0, 3): [[1,0,0]]
cpu oneHot(2, 3): [[0,0,1]]
cpu oneHot(3, 3): [[0,0,0]]
cpu oneHot(4, 3): [[1,0,0]]
cpu oneHot(5, 3): [[0,1,0]]
cpu oneHot(-1, 3): [[1,1,1]]
wasm oneHot(0, 3): [[1,0,0]]
wasm oneHot(2, 3): [[0,0,1]]
wasm oneHot(3, 3): [[0,0,0]]
wasm oneHot(4, 3): [[1,0,0]]
wasm oneHot(5, 3): [[0,1,0]]
wasm oneHot(-1, 3): [[1,1,1]]
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"

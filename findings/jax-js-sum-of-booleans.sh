#!/bin/sh
# jax-js 0.1.25: the sum of booleans is a boolean, so how many predictions are right comes out as true.
#
# In NumPy, JAX and PyTorch the sum counts. np.mean and np.cumsum count here too, and so does a sum after
# astype(np.int32).
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
  const right = () => np.equal(np.array([7, 2, 1, 0]), np.array([7, 2, 1, 9]));
  show("sum:", np.sum(right()));
  show("cumsum:", np.cumsum(right()));
  show("mean:", np.mean(right()));
  show("sum as int32:", np.sum(np.astype(right(), np.int32)));
}
JS

cat > expected <<'TXT'
cpu sum: true
cpu cumsum: [1,2,3,3]
cpu mean: 0.75
cpu sum as int32: 3
wasm sum: true
wasm cumsum: [1,2,3,3]
wasm mean: 0.75
wasm sum as int32: 3
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"

#!/bin/sh
# jax-js 0.1.25: beside a NaN, argmax and argmin return the length of the row, which is the place of nothing.
#
# No element equals a maximum that is NaN, so the search runs past the end. NumPy, JAX and PyTorch return the place of
# the NaN. Whoever predicts a label this way gets one class more than there are, and an index out of range in whatever
# is looked up with it.
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
  show("argmax of [1, NaN, 3]:", np.argmax(np.array([1, NaN, 3])));
  show("argmin of [1, NaN, 3]:", np.argmin(np.array([1, NaN, 3])));
  show("argmax of [1, 2, 3]:", np.argmax(np.array([1, 2, 3])));
}
JS

cat > expected <<'TXT'
cpu argmax of [1, NaN, 3]: 3
cpu argmin of [1, NaN, 3]: 3
cpu argmax of [1, 2, 3]: 2
wasm argmax of [1, NaN, 3]: 3
wasm argmin of [1, NaN, 3]: 3
wasm argmax of [1, 2, 3]: 2
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"

#!/bin/sh
# jax-js 0.1.25: at 0 the gradient of nn.relu and of np.abs is 1.
#
# In JAX and PyTorch both are 0. A unit that is exactly 0, because its inputs are (the black pixels of an image, padding,
# whatever dropout took), so passes on the whole gradient instead of none of it, and a penalty on the absolute value
# pushes weights off 0 that it is there to keep at 0.
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
  show("relu:", grad((x) => np.sum(nn.relu(x)))(np.array([-1, 0, 1])));
  show("abs:", grad((x) => np.sum(np.abs(x)))(np.array([-1, 0, 1])));
}
JS

cat > expected <<'TXT'
cpu relu: [0,1,1]
cpu abs: [-1,1,1]
wasm relu: [0,1,1]
wasm abs: [-1,1,1]
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"

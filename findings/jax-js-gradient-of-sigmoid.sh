#!/bin/sh
# jax-js 0.1.25: the gradient of nn.sigmoid is NaN from about -89 on downwards, where the sigmoid itself is a plain 0.
#
# exp(-x) is infinite there, and its gradient an infinite number times 0. JAX gives 0. One such logit makes all weights
# NaN in one step, and Forward-Forward, whose goodness is a sum of squares less a threshold, has logits of that size.
# Numbers that are all equal hide it: they are taken for a constant, and computed in double precision.
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
  const gradient = grad((x) => np.sum(nn.sigmoid(x)));
  show("sigmoid of [0, -100]:", nn.sigmoid(np.array([0, -100])));
  show("its gradient at [0, -100]:", gradient(np.array([0, -100])));
  show("its gradient at [-100, -100], above 0:", np.greater(gradient(np.array([-100, -100])), 0));
}
JS

cat > expected <<'TXT'
cpu sigmoid of [0, -100]: [0.5,0]
cpu its gradient at [0, -100]: [0.25,"NaN"]
cpu its gradient at [-100, -100], above 0: [true,true]
wasm sigmoid of [0, -100]: [0.5,0]
wasm its gradient at [0, -100]: [0.25,"NaN"]
wasm its gradient at [-100, -100], above 0: [true,true]
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"

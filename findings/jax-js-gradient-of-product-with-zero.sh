#!/bin/sh
# jax-js 0.1.25: the gradient of np.prod is NaN where a factor is 0, and that of np.power where the base is.
#
# Of 2 * 0 * 3 the gradient by the factors is [0, 6, 0]; here it is [0, NaN, 0]. Of x squared at 0, written as a power,
# it is 0; here it is NaN. JAX and PyTorch are right in both. The same square written as a product is right.
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
  show("prod of [2, 0, 3]:", grad((x) => np.prod(x))(np.array([2, 0, 3])));
  show("power(x, 2) at [0, -2]:", grad((x) => np.sum(np.power(x, np.array([2, 2]))))(np.array([0, -2])));
  show("x * x at [0, -2]:", grad((x) => np.sum(np.multiply(x.ref, x)))(np.array([0, -2])));
}
JS

cat > expected <<'TXT'
cpu prod of [2, 0, 3]: [0,"NaN",0]
cpu power(x, 2) at [0, -2]: ["NaN",-4]
cpu x * x at [0, -2]: [0,-4]
wasm prod of [2, 0, 3]: [0,"NaN",0]
wasm power(x, 2) at [0, -2]: ["NaN",-4]
wasm x * x at [0, -2]: [0,-4]
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"

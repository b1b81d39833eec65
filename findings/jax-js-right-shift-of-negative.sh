#!/bin/sh
# jax-js 0.1.25: rightShift of a negative int32 fills with zeros, so -8 >> 1 is 2147483644.
#
# NumPy and JAX, and JavaScript itself, keep the sign of what is signed and give -4. Hashes and random numbers that are
# ported with int32 come out different, with nothing to see.
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
  const shift = (x, by) => np.rightShift(np.array([x], { dtype: np.int32 }), np.array([by], { dtype: np.int32 }));
  for (const [x, by] of [[8, 1], [-8, 1], [-1, 31]]) show(`${x} >> ${by}:`, shift(x, by));
}
JS

cat > expected <<'TXT'
cpu 8 >> 1: [4]
cpu -8 >> 1: [2147483644]
cpu -1 >> 31: [1]
wasm 8 >> 1: [4]
wasm -8 >> 1: [2147483644]
wasm -1 >> 31: [1]
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"

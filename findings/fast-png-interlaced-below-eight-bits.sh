#!/bin/sh
# fast-png 8.0.0: an interlaced PNG of 1, 2 or 4 bits a pixel, which the format allows, is refused as "Unsupported filter".
#
# The passes of an interlaced image are read as if a pixel took a byte, so that pixels are taken for the byte that names
# a line's filter. The same picture with 8 bits a pixel, interlaced, and with 1 bit, not interlaced, is read. Scanned
# digits are often saved with 1 bit a pixel, and a page's "progressive" option makes them interlaced.
#
# Seen: 2026-11-27, Node 20.20.2. Needs Node from 20.15 on and the npm registry. Fails if the behaviour changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts fast-png@8.0.0 >/dev/null

cat > main.mjs <<'JS'
import { decode } from "fast-png";
import { crc32, deflateSync } from "node:zlib";

const SIZE = 8;
const lit = (x, y) => (3 * x + 5 * y) % 7 % 2;
// Where each pass begins and how far its pixels are apart, across and down (PNG, section 8.2).
const PASSES = [
  [0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2],
];

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

function png(depth, interlaced) {
  const lines = [];
  for (const [x0, y0, dx, dy] of interlaced ? PASSES : [[0, 0, 1, 1]]) {
    for (let y = y0; y < SIZE; y += dy) {
      let bits = "";
      for (let x = x0; x < SIZE; x += dx) bits += String(lit(x, y)).repeat(depth);
      lines.push(0, ...bits.match(/.{1,8}/g).map((byte) => parseInt(byte.padEnd(8, "0"), 2)));
    }
  }
  const header = Buffer.from([0, 0, 0, SIZE, 0, 0, 0, SIZE, depth, 0, 0, 0, interlaced ? 1 : 0]);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.from(lines))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

for (const [depth, interlaced] of [[1, false], [8, true], [1, true], [2, true], [4, true]]) {
  const what = `${depth} bits${interlaced ? ", interlaced" : ""}`;
  try {
    const { data } = decode(png(depth, interlaced));
    const at = (x, y) =>
      depth === 8 ? data[SIZE * y + x] / 255 : data[y] >> (7 - x) & 1;
    let right = 0;
    for (let y = 0; y < SIZE; y++) for (let x = 0; x < SIZE; x++) right += at(x, y) === lit(x, y);
    console.log(`${what}: ${right} of 64 pixels right`);
  } catch (error) {
    console.log(`${what}: ${error.message.replace(/\d+/, "N")}`);
  }
}
JS

cat > expected <<'TXT'
1 bits: 64 of 64 pixels right
8 bits, interlaced: 64 of 64 pixels right
1 bits, interlaced: Unsupported filter: N
2 bits, interlaced: Unsupported filter: N
4 bits, interlaced: Unsupported filter: N
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"

#!/bin/sh
# jpickle 0.4.1: in pickles of protocol 2 whole numbers beyond 32 bits are 0, and infinities of protocol 0 are NaN.
#
# Python writes numbers from 2^31 on, and below -2^31, as LONG1: their bytes and how many there are. Here they come out as
# 0, without a word, so sizes, time stamps and identifiers vanish. In protocols 0 and 1, where they are written in
# decimals, they are right. CIFAR-10's "python version" and many old data sets are pickles of protocol 2.
#
# Seen: 2026-11-28, Node 20.20.2. Needs Node from 18 on and the npm registry. Fails if the behaviour changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts jpickle@0.4.1 >/dev/null

cat > main.mjs <<'JS'
import jpickle from "jpickle";

// What Python 3.11's pickle.dumps(value, protocol) gives.
const pickles = [
  ["2147483647, protocol 2", "\x80\x02J\xff\xff\xff\x7f."],
  ["2147483648, protocol 2", "\x80\x02\x8a\x05\x00\x00\x00\x80\x00."],
  ["1099511627776, protocol 2", "\x80\x02\x8a\x06\x00\x00\x00\x00\x00\x01."],
  ["1099511627776, protocol 0", "L1099511627776L\n."],
  ["inf, protocol 2", "\x80\x02G\x7f\xf0\x00\x00\x00\x00\x00\x00."],
  ["inf, protocol 0", "Finf\n."],
];
for (const [what, pickle] of pickles) console.log(`${what}: ${jpickle.loads(pickle)}`);
JS

cat > expected <<'TXT'
2147483647, protocol 2: 2147483647
2147483648, protocol 2: 0
1099511627776, protocol 2: 0
1099511627776, protocol 0: 1099511627776
inf, protocol 2: Infinity
inf, protocol 0: NaN
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"

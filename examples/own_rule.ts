// Your own rule: what a layer is judged by. This one is Hinton's with an edge: it cares only for rows near the threshold or beyond it. On
// 5,000 images of MNIST it ends at about 8 % of held-out images wrong.
//
//     deno run --allow-read --allow-ffi --allow-env=FF_MNIST_DIR examples/own_rule.ts

import { FFNetwork, recipes, takeDataset, withKinds } from "@forward-forward/core";
import type { RuleKind } from "@forward-forward/core/rules";
import { above } from "@forward-forward/core/schema";
import { createBackend } from "@forward-forward/backend-onnx";
import { loadMnist } from "@forward-forward/datasets";

/** `softplus(edge · wrong) / edge`, where `wrong` is how far a row's goodness is on the wrong side of the threshold. */
export const edged: RuleKind<{ kind: "edged"; edge: number }> = {
  options: { edge: above(0) },
  create: ({ edge }, { backend: b, goodnessScale, threshold }) => ({
    delta: ({ s, squares }, batchPairs, figures, pull) =>
      b.scope(() => {
        const pairs = s.shape[0] / 2;
        const goodness = b.affine(squares, goodnessScale, 0);
        const [positive, negative] = [
          b.slice(goodness, 0, pairs),
          b.slice(goodness, pairs, 2 * pairs),
        ];
        const wrong = b.concat(
          b.affine(positive, -edge, edge * threshold),
          b.affine(negative, edge, -edge * threshold),
        );
        const losses = b.affine(b.softplus(wrong), 1 / edge, 0);
        // What a report shows: summed losses of the upper and of the lower rows, then their goodness.
        const sums = [losses, goodness].flatMap((x) => [
          b.sum(b.slice(x, 0, pairs), "rows"),
          b.sum(b.slice(x, pairs, 2 * pairs), "rows"),
        ]);
        b.assign(figures, b.add(figures, sums.reduce((all, one) => b.concat(all, one))));
        // By the activities: more of them for positive rows, and less for negative ones.
        const share = b.affine(b.sigmoid(wrong), goodnessScale / batchPairs, 0);
        const slope = b.concat(
          b.affine(b.slice(share, 0, pairs), -1, 0),
          b.slice(share, pairs, 2 * pairs),
        );
        const delta = b.mul(s, slope);
        if (!pull) return delta;
        return b.concat(b.add(b.slice(delta, 0, pairs), pull), b.slice(delta, pairs, 2 * pairs));
      }),
  }),
};

if (import.meta.main) {
  const { train } = await loadMnist();
  using backend = await createBackend();
  const recipe = recipes.quick({ epochs: 5, loss: { kind: "edged", edge: 0.1 } });
  using network = new FFNetwork(backend, recipe, { kinds: withKinds({ rules: { edged } }) });
  const validation = takeDataset(train, 50_000, 52_000);
  for await (
    const { epoch, validation: held } of network.fit(takeDataset(train, 0, 5000), { validation })
  ) {
    console.log(`epoch ${epoch}: ${(100 * held!.error).toFixed(1)} % of held-out images wrong`);
  }
}

"""
How far PyTorch agrees with itself: the `hinton` rule on 784-500-500 in float32 and in float64, same start,
same batches, same negatives. Prints the relative difference of each layer's loss, update by update.

    /usr/bin/python3 tests/golden/sensitivity.py IMAGES LABELS    (MNIST's training files)
"""

import sys

sys.dont_write_bytecode = True

import numpy as np
import torch

from oracle import CLASSES, Hinton

BATCH, UPDATES, LAYERS = 100, 60, [784, 500, 500]


def run(dtype, images, labels, negatives, weights):
    network = Hinton([torch.tensor(w, dtype=dtype) for w in weights], 0.01)
    losses = []
    for u in range(UPDATES):
        batch = slice(u * BATCH, (u + 1) * BATCH)
        x = torch.tensor(images[batch], dtype=dtype) / 255
        figures = network.update(x, torch.tensor(labels[batch]), torch.tensor(negatives[batch]))
        losses.append([loss for loss, _, _ in figures])
    return np.array(losses)


def main():
    images = np.fromfile(sys.argv[1], np.uint8)[16:].reshape(-1, LAYERS[0])
    labels = np.fromfile(sys.argv[2], np.uint8)[8:].astype(np.int64)
    random = np.random.default_rng(1)
    weights = [random.normal(0, n**-0.5, (n, m)).astype(np.float32) for n, m in zip(LAYERS, LAYERS[1:])]
    negatives = (labels + random.integers(1, CLASSES, len(labels))) % CLASSES
    double, single = (run(t, images, labels, negatives, weights) for t in (torch.float64, torch.float32))
    for u in [*range(0, UPDATES, 5), UPDATES - 1]:
        differences = np.abs(single[u] - double[u]) / double[u]
        print(f"update {u + 1:3}: loss {double[u].round(2)}  relative difference", *(f"{d:.0e}" for d in differences))
    mean = abs(single.mean() - double.mean()) / double.mean()
    print(f"mean loss of {UPDATES} updates: {double.mean():.4f} and {single.mean():.4f}, relative difference {mean:.1e}")


if __name__ == "__main__":
    main()

"""
The recipe `quick` in PyTorch, to the end: error and seconds of training, for the plot.

    /usr/bin/python3 results/twin.py FOLDER [SEED]

FOLDER has MNIST's four files. The network is the benchmark's peer (bench/peers/ff_torch.py); the settings are `quick`'s. Run
it on an idle machine, and without a variable that holds OpenBLAS back.
"""

import json
import os
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.append(str(Path(__file__).parent.parent / "bench" / "peers"))

import torch
from ff_torch import Network, normalise, read_idx

EPOCHS, RATE, BATCH = 15, 0.02, 100


def load(folder, part):
    images = torch.from_numpy(read_idx(f"{folder}/{part}-images-idx3-ubyte", 16).copy()).view(-1, 784)
    labels = torch.from_numpy(read_idx(f"{folder}/{part}-labels-idx1-ubyte", 8).copy()).long()
    return images, labels


def softmax_error(network, images, labels):
    neutral = images.float().div_(255)
    neutral[:, :10] = 0.1
    seen = torch.cat([normalise(s) for _, s in network.activities(neutral)], 1)
    logits = torch.addmm(network.readout_bias.value, seen, network.readout.value)
    return (logits.argmax(1) != labels).double().mean().item()


def main():
    folder, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    torch.set_num_threads(os.cpu_count())
    images, labels = load(folder, "train")
    network = Network([784, 500, 500], "momentum", seed=seed, readout_from=0)
    seconds = 0
    for epoch in range(1, EPOCHS + 1):
        gain = min(1, (EPOCHS - epoch + 0.5) / (EPOCHS * 0.5))
        for parameter in network.weights + network.biases:
            parameter.rate = RATE * gain
        for parameter in (network.readout, network.readout_bias):
            parameter.rate = 0.1 * gain
        start = time.perf_counter()
        network.epoch(images, labels, BATCH)
        seconds += time.perf_counter() - start
    test = load(folder, "t10k")
    goodness = network.goodness(test[0])
    print(json.dumps({
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "seed": seed,
        "seconds": round(seconds, 1),
        "softmax_error": softmax_error(network, *test),
        "goodness_error": (goodness.argmax(1) != test[1]).double().mean().item(),
    }))


if __name__ == "__main__":
    main()

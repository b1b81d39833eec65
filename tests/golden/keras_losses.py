"""
Losses of the `keras` rule in float32 PyTorch, as JSON: one update per layer and epoch unless told otherwise.

    /usr/bin/python3 tests/golden/keras_losses.py INPUT.safetensors [--updates 50] [--float64] [--test]

INPUT holds the initial weights `layers.0.weight` `[784, 500]` and so on (biases `layers.0.bias` are zero
if absent), `images` U8 `[n, 784]`, `labels` `[n]` and `negatives` I32 `[epochs, n]`, the wrong labels of each
epoch. Prints `losses` `[layers][epochs * updates]`, each the loss before the update, and with `--test` the fraction of
`test_images` that the trained layers predict wrongly.
"""

import argparse
import json
import os
import sys

sys.dont_write_bytecode = True

import torch

from oracle import KerasLayer, keras_goodness, load, train_keras


def main():
    parser = argparse.ArgumentParser(description="Losses of the keras rule, as JSON")
    parser.add_argument("input")
    parser.add_argument("--updates", type=int, default=1, help="updates per layer and epoch (1)")
    parser.add_argument("--test", action="store_true", help="the error on test_images too")
    parser.add_argument("--float64", action="store_true", help="compute in float64")
    options = parser.parse_args()
    torch.set_num_threads(os.cpu_count())
    dtype = torch.float64 if options.float64 else torch.float32

    tensors = {name: torch.tensor(array) for name, array in load(options.input).items()}
    layers = []
    while (weight := tensors.get(f"layers.{len(layers)}.weight")) is not None:
        bias = tensors.get(f"layers.{len(layers)}.bias", torch.zeros(weight.shape[1]))
        layers.append(KerasLayer(weight.to(dtype), bias.reshape(1, -1).to(dtype)))
    if not layers:
        parser.error(f"{options.input} has no layers.0.weight")
    labels = tensors["labels"].flatten()
    images = tensors["images"].reshape(len(labels), -1).to(dtype) / 255
    negatives = tensors["negatives"].reshape(-1, len(labels))

    epochs = train_keras(layers, images, labels, negatives, options.updates)
    losses = [[loss for epoch in epochs for loss in epoch[l]] for l in range(len(layers))]
    tested = {}
    if options.test:
        goodness = keras_goodness(layers, tensors["test_images"].to(dtype) / 255)
        wrong = goodness.argmax(1) != tensors["test_labels"].flatten()
        tested = {"test_error": wrong.double().mean().item()}
    print(json.dumps({
        "dtype": str(dtype).removeprefix("torch."),
        "torch": torch.__version__,
        "images": len(labels),
        "epochs": len(negatives),
        "updates_per_layer": options.updates,
        "losses": losses,
        **tested,
    }))


if __name__ == "__main__":
    main()

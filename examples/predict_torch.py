"""Predicts with a saved model in PyTorch, from `model.safetensors` alone.

    python3 predict_torch.py RUN/model.safetensors t10k-images-idx3-ubyte t10k-labels-idx1-ubyte

Images in colour are IDX of four dimensions, count x channels x rows x columns.

Prints one JSON object: the error and the confusion matrix (rows: true labels), which are those of `ff eval`.
The file has `layers.N.weight` [inputs, units] (of the first layer, the label's rows first), `layers.N.bias` [1, units],
`readout.weight` [units of the layers it sees, classes], `readout.bias`, `inputs` [1, 2] (how images are seen; wider where each channel has a ground), and the recipe in its metadata. Needs torch and
numpy; the package `safetensors` reads the file too (`safetensors.torch.load_file`).
"""

import json
import struct
import sys

import numpy as np
import torch


def load(path):
    """Tensors by name, and the metadata."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header, body = json.loads(file.read(length)), file.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32", name
        start, end = entry["data_offsets"]
        values = np.frombuffer(body[start:end], "<f4").reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors, metadata


def read_idx(path):
    """The bytes behind the header, whose fourth says how many dimensions it has."""
    file = np.fromfile(path, np.uint8)
    return torch.from_numpy(file[4 + 4 * int(file[3]) :])


def main(model, images, labels):
    tensors, metadata = load(model)
    recipe = json.loads(metadata["forward-forward"])["recipe"]
    classes, label, normalise = recipe["classes"], recipe["label"], recipe["normalise"]
    depth = len(recipe["layers"]) - 1
    weights = [tensors[f"layers.{l}.weight"] for l in range(depth)]
    biases = [tensors[f"layers.{l}.bias"] for l in range(depth)]

    def normalised(x):
        squares = x.square()
        squares = squares.mean(1, keepdim=True) if normalise["to"] == "rms" else squares.sum(1, keepdim=True)
        return x / (squares.sqrt() + normalise["epsilon"])

    def activities(x):
        states = []
        for weight, bias in zip(weights, biases):
            x = torch.relu(normalised(x) @ weight + bias)
            states.append(x)
        return states

    # The level that is 0, or one a channel, and how much stronger the label is than the recipe says.
    *grounds, scale = tensors["inputs"][0].tolist() if "inputs" in tensors else (0, 1)
    levels = read_idx(images).view(-1, len(grounds), recipe["layers"][0] // len(grounds)).float()
    distance = (levels - torch.tensor(grounds)[:, None]).flatten(1)
    if len(grounds) > 1:
        # More distances than a byte has values: every other one, towards the ground.
        distance, scale = (distance / 2).trunc(), scale / 2
    pixels = distance / 255
    truth = read_idx(labels).long()
    shown = pixels[:, classes:] if label["placement"] == "overlay" else pixels
    strength = label["strength"]
    ones = pixels.amax(1, keepdim=True) if strength == "max" else torch.full((len(pixels), 1), strength * scale)

    predict = recipe["predict"]
    if predict["by"] == "softmax":
        # A network that never sees labels takes the image alone.
        width = 0 if label["placement"] == "none" else classes
        neutral = torch.full((len(pixels), width), label["neutral"] * scale)
        states = activities(torch.cat([neutral, shown], 1))[recipe["readout"]["from"] :]
        seen = torch.cat([normalised(s) for s in states], 1)
        scores = seen @ tensors["readout.weight"] + tensors["readout.bias"]
    else:
        columns = []
        for claimed in range(classes):
            one_hot = torch.zeros(len(pixels), classes)
            one_hot[:, claimed] = 1
            states = activities(torch.cat([one_hot * ones, shown], 1))[predict["from"] :]
            mean = recipe["goodness"] == "mean"
            columns.append(sum(s.square().mean(1) if mean else s.square().sum(1) for s in states))
        scores = torch.stack(columns, 1)
        if recipe.get("excitedBy") == "negative":
            scores = -scores
    predictions = scores.argmax(1)
    confusion = torch.zeros(classes, classes, dtype=torch.long)
    confusion.index_put_((truth, predictions), torch.ones_like(truth), accumulate=True)
    error = (predictions != truth).float().mean().item()
    print(json.dumps({"error": error, "confusion": confusion.flatten().tolist()}))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: predict_torch.py model.safetensors IMAGES LABELS")
    with torch.no_grad():
        main(*sys.argv[1:])

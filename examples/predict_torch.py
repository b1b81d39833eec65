"""Predicts with a saved model in PyTorch, from `model.safetensors` alone.

    python3 predict_torch.py RUN/model.safetensors t10k-images-idx3-ubyte t10k-labels-idx1-ubyte [SCORES]

Images in colour are IDX of four dimensions, count x channels x rows x columns.

Prints one JSON object: the error and the confusion matrix (rows: true labels), which are those of `ff eval`. What each label
has, the readout's logits or the goodness, goes into the file SCORES: count x classes, little-endian float32.

The file has `layers.N.weight` and `layers.N.bias` [1, units]. Weights of dense layers are [inputs, units] (of the first layer, the
label's rows first), those of local fields [places * channels, inputs of a window], place by place, with the label's apart as
`layers.N.dense_weight` [label, units]; those of a convolution, which has no bias, [channels, inputs of a window]. Batch norm has
`layers.N.running_mean` and `layers.N.running_variance` [1, channels], projected goodness `layers.N.projection` and
`layers.N.offset`. Besides there are `readout.weight` [units of the layers it sees, classes], `readout.bias`, `inputs` [1, 2] (how
images are seen; wider where each channel has a ground), and the recipe in the metadata. Needs torch and numpy; the package
`safetensors` reads the file too (`safetensors.torch.load_file`).
"""

import json
import math
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F

# Images that are computed at once: maps of many channels are large.
BATCH = 500


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


class Network:
    """The layers of a recipe, from what the first is given up."""

    def __init__(self, recipe, tensors):
        self.recipe, self.tensors = recipe, tensors
        self.layers = [{"kind": "dense"} if isinstance(layer, int) else layer for layer in recipe["layers"][1:]]
        unknown = {layer["kind"] for layer in self.layers} - {"dense", "local", "convolution"}
        if unknown or recipe["label"]["placement"] == "top" or recipe["negatives"] == "rollout":
            sys.exit("predict_torch.py reads feed-forward networks of images, of dense, local and convolutional layers")

    def normalised(self, x):
        """Rows scaled as the recipe says."""
        normalise = self.recipe["normalise"]
        squares = x.square().flatten(1)
        squares = squares.mean(1) if normalise["to"] == "rms" else squares.sum(1)
        return x / (squares.sqrt() + normalise["epsilon"]).view(-1, *[1] * (x.dim() - 1))

    def setting(self, l, name):
        """What a layer has of its own, or all have."""
        return self.layers[l].get(name, self.recipe[name])

    def states(self, x):
        """Of each layer what is judged and what it hands on, maps as [n, channels, rows, columns]."""
        x, found = self.normalised(x), []
        # What the image is, where the columns that a layer is given are not maps already.
        image = self.recipe.get("image")
        side = round(self.recipe["layers"][0] ** 0.5)
        shape = [image["channels"], image["rows"], image["columns"]] if image else [1, side, side]
        for l, layer in enumerate(self.layers):
            of = {"dense": self.dense, "local": self.local, "convolution": self.convolution}[layer["kind"]]
            judged, x = of(x, l, shape)
            if "shortcut" in layer:
                x = self.joined(x, found[l - layer["shortcut"].get("over", 2)][1], layer["shortcut"]["by"])
            found.append((judged, x))
            shape = list(x.shape[1:])
        return found

    def joined(self, x, earlier, by):
        """What a layer hands on, and what an earlier one did, pooled to be of its size."""
        if x.dim() == 4:
            earlier = F.avg_pool2d(earlier, earlier.shape[2] // x.shape[2])
        return x + earlier if by == "add" else torch.cat([x, earlier], 1)

    def dense(self, x, l, _shape):
        y = torch.relu(x.flatten(1) @ self.tensors[f"layers.{l}.weight"] + self.tensors[f"layers.{l}.bias"])
        return y, self.normalised(y)

    def local(self, x, l, shape):
        """Units that see a window each, by weights of their own; all of them see a label."""
        layer = self.layers[l]
        size, stride, channels = layer["size"], layer.get("stride", 1), layer["channels"]
        padding = layer.get("padding", size // 2)
        x, label = x.flatten(1), self.tensors.get(f"layers.{l}.dense_weight")
        sums = self.tensors[f"layers.{l}.bias"]
        if label is not None:
            sums = sums + x[:, : len(label)] @ label
            x = x[:, len(label) :]
        # Zeros for the pixels that the label is written over.
        maps = F.pad(x, (math.prod(shape) - x.shape[1], 0)).view(-1, *shape)
        windows = F.unfold(maps, size, padding=padding, stride=stride)
        weight = self.tensors[f"layers.{l}.weight"].view(windows.shape[2], channels, windows.shape[1])
        sums = sums + torch.einsum("nip,pci->ncp", windows, weight).flatten(1)
        y = torch.relu(sums)
        sides = [(side + 2 * padding - size) // stride + 1 for side in shape[1:]]
        return [of.view(-1, channels, *sides) for of in (y, self.normalised(y))]

    def convolution(self, x, l, shape):
        layer = self.layers[l]
        size, norm, pool = layer["size"], layer.get("norm", "rows"), layer.get("pool")
        x = x.view(-1, *shape)
        if norm == "groups":
            x = F.layer_norm(x, x.shape[1:])
        weight = self.tensors[f"layers.{l}.weight"].view(layer["channels"], -1, size, size)
        padding, groups = layer.get("padding", size // 2), layer.get("groups", 1)
        y = torch.relu(F.conv2d(x, weight, None, layer.get("stride", 1), padding, groups=groups))

        def pooled(y):
            if pool is None:
                return y
            by = F.max_pool2d if pool["by"] == "max" else F.avg_pool2d
            return by(y, pool["size"], pool.get("stride", pool["size"]))

        if norm == "batch":
            mean, variance = [self.tensors[f"layers.{l}.running_{name}"][0] for name in ("mean", "variance")]
            z = F.batch_norm(pooled(y), mean, variance)
            return z, z
        if norm == "rows":
            return y, self.normalised(pooled(y))
        competes = self.setting(l, "loss")["kind"] == "competing"
        return y, pooled(F.group_norm(y, self.recipe["classes"] if competes else 1))

    def goodness(self, judged, l):
        """How much activities speak for the label that was shown, [n], or for each label, [n, classes]."""
        loss, mean = self.setting(l, "loss"), self.setting(l, "goodness") == "mean"
        if loss["kind"] == "projected":
            patch = loss["patch"]
            patches = F.avg_pool2d(judged.square(), patch).flatten(1) * (1 if mean else patch**2)
            return patches @ self.tensors[f"layers.{l}.projection"] + self.tensors[f"layers.{l}.offset"]
        if loss["kind"] == "competing":
            groups = judged.reshape(len(judged), self.recipe["classes"], -1)
            groups = groups if loss["of"] == "activities" else groups.square()
            return groups.mean(2) if mean else groups.sum(2)
        squares = judged.square().flatten(1)
        return squares.mean(1) if mean else squares.sum(1)

    def summed(self, x):
        """Goodness summed over the layers by which the recipe predicts."""
        predict = self.recipe["predict"]
        layers = range(predict["from"], predict.get("to", len(self.layers) - 1) + 1)
        states = self.states(x)
        return sum(self.goodness(states[l][0], l) for l in layers)

    def scores(self, pixels, scale):
        """What each label has, [n, classes], for [n, pixels], whose label is `scale` times as strong as the recipe says."""
        recipe, tensors = self.recipe, self.tensors
        classes, label, predict = recipe["classes"], recipe["label"], recipe["predict"]
        shown = pixels[:, classes:] if label["placement"] == "overlay" else pixels
        if predict["by"] == "softmax":
            # A network that never sees labels takes the image alone.
            width = 0 if label["placement"] == "none" else classes
            neutral = torch.full((len(pixels), width), label["neutral"] * scale)
            states = self.states(torch.cat([neutral, shown], 1))[recipe["readout"]["from"] :]
            seen = torch.cat([handed_on.flatten(1) for _, handed_on in states], 1)
            return seen @ tensors["readout.weight"] + tensors["readout.bias"]
        if label["placement"] == "none":
            return self.summed(shown)
        strength = label["strength"]
        ones = pixels.amax(1, keepdim=True) if strength == "max" else torch.full((len(pixels), 1), strength * scale)
        columns = []
        for claimed in range(classes):
            one_hot = torch.zeros(len(pixels), classes)
            one_hot[:, claimed] = 1
            columns.append(self.summed(torch.cat([one_hot * ones, shown], 1)))
        scores = torch.stack(columns, 1)
        return -scores if recipe.get("excitedBy") == "negative" else scores


def main(model, images, labels, file=None):
    tensors, metadata = load(model)
    recipe = json.loads(metadata["forward-forward"])["recipe"]
    network = Network(recipe, tensors)

    # The level that is 0, or one a channel, and how much stronger the label is than the recipe says.
    *grounds, scale = tensors["inputs"][0].tolist() if "inputs" in tensors else (0, 1)
    levels = read_idx(images).view(-1, len(grounds), recipe["layers"][0] // len(grounds)).float()
    distance = (levels - torch.tensor(grounds)[:, None]).flatten(1)
    if len(grounds) > 1:
        # More distances than a byte has values: every other one, towards the ground.
        distance, scale = (distance / 2).trunc(), scale / 2
    truth = read_idx(labels).long()
    scores = torch.cat([network.scores(some, scale) for some in (distance / 255).split(BATCH)])
    if file:
        scores.numpy().astype("<f4").tofile(file)
    predictions = scores.argmax(1)
    confusion = torch.zeros(recipe["classes"], recipe["classes"], dtype=torch.long)
    confusion.index_put_((truth, predictions), torch.ones_like(truth), accumulate=True)
    error = (predictions != truth).float().mean().item()
    print(json.dumps({"error": error, "confusion": confusion.flatten().tolist()}))


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit("usage: predict_torch.py model.safetensors IMAGES LABELS [SCORES]")
    with torch.no_grad():
        main(*sys.argv[1:])

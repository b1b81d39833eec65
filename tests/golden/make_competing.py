"""
Makes competing.safetensors: `/usr/bin/python3 tests/golden/make_competing.py`.

Six updates of layers whose channels compete for the label, by PyTorch's autograd in float64, each layer on its own: `deeper`
(DeeperForward: layer norm, convolution, the mean of activities, group norm, average pooling), `batch` (CwComp: convolution, max
pooling, batch norm, the mean of squares), `projected` (ASGE: convolution, the sums of squares of patches, random scores) and
`shortcuts` (as `deeper`, where what an earlier layer handed on is pooled and joins what some hand on).
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True

import numpy as np
import torch
import torch.nn.functional as F

from oracle import CLASSES, save

HERE = Path(__file__).parent
BATCH, UPDATES, ROWS, COLUMNS = 37, 6, 9, 7
PATCH = 3
RATE, BETA1, BETA2, EPSILON, DECAY = 0.02, 0.9, 0.999, 1e-8, 0.01
# channels in, channels out, size, stride, padding, groups, pool
LAYERS = {
    "deeper": [(1, 20, 5, 1, 2, 1, 2), (20, 30, 3, 2, 1, 2, None)],
    "batch": [(1, 10, 3, 1, 1, 1, 2), (10, 20, 3, 1, 1, 1, None)],
    "projected": [(1, 6, 3, 1, 1, 1, None), (6, 8, 3, 1, 1, 1, None)],
    "shortcuts": [
        (1, 10, 2, 1, 0, 1, None),
        (10, 10, 3, 1, 1, 1, None),
        (10, 10, 3, 2, 1, 1, None),
        (10, 20, 3, 1, 1, 1, None),
        (30, 10, 3, 1, 1, 1, None),
    ],
}
# By layer: how its shortcut joins, and how many layers it leads over.
SHORTCUTS = {"shortcuts": {2: ("add", 2), 3: ("concatenate", 3)}}


class Layer:
    def __init__(self, weight, spec, kind):
        self.weight = weight.double().requires_grad_()
        self.spec, self.kind, self.step = spec, "deeper" if kind == "shortcuts" else kind, 0
        self.first, self.second = torch.zeros_like(weight).double(), torch.zeros_like(weight).double()
        self.mean = torch.zeros(spec[1]).double()
        self.variance = torch.ones(spec[1]).double()

    def forward(self, x, training):
        """What is judged, and what is handed on."""
        _, channels, _, stride, padding, groups, pool = self.spec
        if self.kind == "deeper":
            x = F.layer_norm(x, x.shape[1:], eps=1e-5)
        y = F.conv2d(x, self.weight, None, stride, padding, 1, groups).relu()
        if self.kind == "deeper":
            on = F.group_norm(y, CLASSES, eps=1e-5)
            return y, F.avg_pool2d(on, pool) if pool else on
        if self.kind == "projected":
            return y, y / ((y * y).mean((1, 2, 3), keepdim=True).sqrt() + 1e-5)
        if pool:
            y = F.max_pool2d(y, pool)
        y = F.batch_norm(y, self.mean, self.variance, None, None, training, 0.1, 1e-5)
        return y, y

    def goodness(self, y):
        if self.kind == "projected":
            return (F.avg_pool2d(y * y, PATCH) * PATCH**2).flatten(1) @ self.projection + self.offset
        y = y.reshape(len(y), CLASSES, -1)
        return y.mean(2) if self.kind == "deeper" else (y * y).mean(2)

    def update(self, x, labels):
        y, on = self.forward(x, True)
        g = self.goodness(y)
        loss = F.cross_entropy(g, labels)
        (gradient,) = torch.autograd.grad(loss, self.weight)
        with torch.no_grad():
            self.step += 1
            self.first = BETA1 * self.first + (1 - BETA1) * gradient
            self.second = BETA2 * self.second + (1 - BETA2) * gradient**2
            alpha = RATE * (1 - BETA2**self.step) ** 0.5 / (1 - BETA1**self.step)
            self.weight -= alpha * self.first / (self.second.sqrt() + EPSILON) + RATE * DECAY * self.weight
        right = g.gather(1, labels[:, None])
        wrong = (g.sum(1, keepdim=True) - right) / (CLASSES - 1)
        return on.detach(), [loss.item(), right.mean().item(), wrong.mean().item()]


def joined(given, on, kind, l):
    """What layer `l` hands on, `on`, with what its shortcut takes of what each layer was given."""
    by, over = SHORTCUTS.get(kind, {}).get(l, (None, 0))
    if by is None:
        return on
    earlier = given[l + 1 - over]
    earlier = F.avg_pool2d(earlier, earlier.shape[2] // on.shape[2])
    return on + earlier if by == "add" else torch.cat([on, earlier], 1)


def main():
    random = np.random.default_rng(5)
    count = BATCH * UPDATES
    labels = random.integers(0, CLASSES, count)
    templates = random.integers(0, 256, (CLASSES, ROWS * COLUMNS)) * (random.random((CLASSES, ROWS * COLUMNS)) < 0.3)
    images = np.clip(templates[labels] + random.integers(0, 40, (count, ROWS * COLUMNS)), 0, 255).astype(np.uint8)
    found = {"images": images, "labels": labels.astype(np.int32)}
    x = torch.tensor(images).double() / 255
    x = x / ((x * x).mean(1, keepdim=True).sqrt() + 1e-5)
    x = x.reshape(count, 1, ROWS, COLUMNS)
    t = torch.tensor(labels)
    for kind, specs in LAYERS.items():
        layers = []
        for l, spec in enumerate(specs):
            into, out, size, _, _, groups, _ = spec
            weight = torch.tensor((random.standard_normal((out, into // groups, size, size)) * 0.2).astype(np.float32))
            found[f"{kind}.initial.layers.{l}.weight"] = weight.reshape(out, -1)
            layers.append(Layer(weight, spec, kind))
            if kind == "projected":
                patches = out * (ROWS // PATCH) * (COLUMNS // PATCH)
                for name, rows in dict(projection=patches, offset=1).items():
                    own = (random.standard_normal((rows, CLASSES)) * 0.1).astype(np.float32)
                    setattr(layers[-1], name, torch.tensor(own).double())
                    found[f"{kind}.initial.layers.{l}.{name}"] = found[f"{kind}.final.layers.{l}.{name}"] = own
        figures = []
        for u in range(UPDATES):
            batch = slice(u * BATCH, (u + 1) * BATCH)
            given = [x[batch]]
            figures.append([])
            for l, layer in enumerate(layers):
                on, figure = layer.update(given[l], t[batch])
                given.append(joined(given, on, kind, l))
                figures[-1].append(figure)
        found[f"{kind}.figures"] = np.asarray(figures).reshape(UPDATES, -1)
        given = [x[:BATCH]]
        for l, layer in enumerate(layers):
            y, on = layer.forward(given[l], False)
            given.append(joined(given, on.detach(), kind, l))
            out = layer.spec[1]
            found[f"{kind}.goodness.{l}"] = layer.goodness(y)
            found[f"{kind}.final.layers.{l}.weight"] = layer.weight.reshape(out, -1)
            found[f"{kind}.final.layers.{l}.weight.first_moment"] = layer.first.reshape(out, -1)
            found[f"{kind}.final.layers.{l}.weight.second_moment"] = layer.second.reshape(out, -1)
            if kind == "batch":
                found[f"{kind}.final.layers.{l}.running_mean"] = layer.mean.reshape(1, -1)
                found[f"{kind}.final.layers.{l}.running_variance"] = layer.variance.reshape(1, -1)
    arrays = {
        name: np.asarray(value.detach() if isinstance(value, torch.Tensor) else value) for name, value in found.items()
    }
    save(HERE / "competing.safetensors", arrays, {"torch": torch.__version__, "numpy": np.__version__})


if __name__ == "__main__":
    main()

"""
Makes maps.safetensors: `/usr/bin/python3 tests/golden/make_maps.py`.

What PyTorch makes of the operations on maps in float64, from float32 numbers: convolution and its gradient by the weights, pooling
and its gradient, layer norm and group norm without parameters, cross-entropy with its gradient, and local fields, whose windows each
have weights of their own, with theirs. The gradients are autograd's.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True

import numpy as np
import torch
import torch.nn.functional as F

from oracle import save

HERE = Path(__file__).parent
# rows, channels in, rows, columns, channels out, size, stride, padding, groups
CONVOLUTIONS = [
    (3, 1, 7, 9, 5, 3, 1, 1, 1),
    (2, 3, 8, 5, 4, 5, 2, 2, 1),
    (5, 6, 5, 7, 9, 3, 3, 1, 3),
    (4, 4, 6, 6, 4, 2, 2, 0, 4),
    (7, 13, 1, 1, 11, 1, 1, 0, 1),
    (2, 2, 4, 3, 3, 3, 2, 4, 1),
    (2, 20, 9, 9, 30, 3, 1, 1, 2),
]
# rows, channels, rows, columns, size, stride
POOLINGS = [(3, 4, 6, 8, 2, 2), (2, 3, 7, 9, 2, 2), (5, 2, 8, 7, 3, 2), (4, 1, 5, 5, 2, 3)]
# rows, channels in, rows, columns, units a place, size, stride, padding
FIELDS = [
    (3, 1, 7, 9, 5, 3, 1, 1),
    (2, 3, 8, 5, 4, 5, 2, 2),
    (5, 6, 5, 7, 9, 2, 3, 0),
    (7, 13, 1, 1, 11, 1, 1, 0),
    (2, 2, 4, 3, 3, 3, 2, 2),
    (4, 3, 5, 6, 3, 5, 1, 2),
]


def numbers(random, *shape):
    return torch.tensor(random.standard_normal(shape).astype(np.float32)).double()


def main():
    random = np.random.default_rng(17)
    found = {
        "convolutions": np.asarray(CONVOLUTIONS, np.int32),
        "poolings": np.asarray(POOLINGS, np.int32),
    }
    for i, (n, c, h, w, o, size, stride, padding, groups) in enumerate(CONVOLUTIONS):
        x = numbers(random, n, c, h, w)
        weights = numbers(random, o, c // groups, size, size).requires_grad_()
        z = F.conv2d(x, weights, None, stride, padding, 1, groups)
        delta = numbers(random, *z.shape)
        (gradient,) = torch.autograd.grad(z, weights, delta)
        for name, value in dict(x=x, weights=weights, y=z.relu(), delta=delta, gradient=gradient).items():
            found[f"convolve.{i}.{name}"] = value.detach().reshape(len(value), -1)
    for i, (n, c, h, w, size, stride) in enumerate(POOLINGS):
        # Two digits, so that windows have equals, of which the first is to win.
        x = (numbers(random, n, c, h, w) * 10).round().div(10).float().double().requires_grad_()
        for by, pool in dict(average=F.avg_pool2d, max=F.max_pool2d).items():
            y = pool(x, size, stride)
            delta = numbers(random, *y.shape)
            (gradient,) = torch.autograd.grad(y, x, delta)
            for name, value in dict(x=x, y=y, delta=delta, gradient=gradient).items():
                found[f"pool.{by}.{i}.{name}"] = value.detach().reshape(n, -1)
    x = numbers(random, 6, 12, 5, 7).relu() + 3
    found["norm.x"] = x.reshape(6, -1)
    found["norm.layer"] = F.layer_norm(x, x.shape[1:], eps=1e-5).reshape(6, -1)
    found["norm.groups"] = F.group_norm(x, 4, eps=1e-5).reshape(6, -1)
    goodness = (numbers(random, 37, 10) * 4).requires_grad_()
    labels = torch.tensor(random.integers(0, 10, 37))
    loss = F.cross_entropy(goodness, labels, reduction="sum")
    (gradient,) = torch.autograd.grad(loss, goodness)
    found["compete.goodness"] = goodness.detach()
    found["compete.labels"] = labels.int()
    found["compete.loss"] = loss.detach().reshape(1, 1)
    found["compete.gradient"] = gradient
    found["fields"] = np.asarray(FIELDS, np.int32)
    for i, (n, c, h, w, o, size, stride, padding) in enumerate(FIELDS):
        x = numbers(random, n, c, h, w)
        windows = F.unfold(x, size, padding=padding, stride=stride)
        weights = numbers(random, windows.shape[2], o, windows.shape[1]).requires_grad_()
        y = torch.einsum("nip,pci->ncp", windows, weights)
        delta = numbers(random, *y.shape)
        (gradient,) = torch.autograd.grad(y, weights, delta)
        for name, value in dict(x=x, y=y, delta=delta).items():
            found[f"fields.{i}.{name}"] = value.detach().reshape(n, -1)
        for name, value in dict(weights=weights, gradient=gradient).items():
            found[f"fields.{i}.{name}"] = value.detach().reshape(-1, windows.shape[1])
    save(HERE / "maps.safetensors", {name: np.asarray(value) for name, value in found.items()}, {
        "torch": torch.__version__,
        "numpy": np.__version__,
    })


if __name__ == "__main__":
    main()

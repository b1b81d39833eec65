"""The two rules in PyTorch, independent of the library, and the safetensors format."""

import json
import math
import struct
from pathlib import Path

import numpy as np
import torch

CLASSES = 10
DTYPES = {"F32": np.dtype("<f4"), "I32": np.dtype("<i4"), "U8": np.dtype("u1")}


def save(path, tensors, metadata):
    """Writes numpy arrays; floats are rounded to F32 here and nowhere before."""
    header, body = {"__metadata__": metadata}, b""
    # Bytes last, so that every other tensor starts aligned.
    for name, array in sorted(tensors.items(), key=lambda item: item[1].dtype == np.uint8):
        if array.dtype.kind == "f":
            kind = "F32"
            assert np.isfinite(array).all(), name
        else:
            kind = "U8" if array.dtype == np.uint8 else "I32"
        data = array.astype(DTYPES[kind]).tobytes()
        header[name] = {
            "dtype": kind,
            "shape": list(array.shape),
            "data_offsets": [len(body), len(body) + len(data)],
        }
        body += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)


def save_first(script, make):
    """Writes beside a script `make_NAME.py` NAME's tensors, by the first seed that makes any: some are of no use, and `make` gives None."""
    seed, tensors = next((seed, tensors) for seed in range(1000) if (tensors := make(seed)))
    script = Path(script)
    versions = f"torch {torch.__version__}, numpy {np.__version__}"
    made = {"made_by": f"tests/golden/{script.name}", "versions": versions, "seed": str(seed)}
    save(script.with_name(script.stem.removeprefix("make_") + ".safetensors"), tensors, made)


def load(path):
    """The tensors of a file as numpy arrays by name."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header, body = json.loads(file.read(length)), file.read()
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(body[slice(*entry["data_offsets"])], DTYPES[entry["dtype"]])
        .reshape(entry["shape"]).copy()
        for name, entry in header.items()
    }


def overlay(images, labels, strength):
    """Label one-hot times `strength` (a number, or a column with one per image) over the first pixels."""
    one_hot = torch.nn.functional.one_hot(labels.long(), CLASSES).to(images.dtype)
    return torch.cat([one_hot * strength, images[:, CLASSES:]], 1)


def softplus(x):
    # Not torch's own, which is linear from 20 on.
    return torch.logaddexp(x, torch.zeros_like(x))


class KerasLayer:
    """`FFDense` of the Keras example: the gradient is autograd's, the step is Keras's Adam."""

    def __init__(self, weight, bias, threshold=1.5, rate=0.03):
        self.parameters = [weight.clone().requires_grad_(), bias.clone().requires_grad_()]
        self.first = [torch.zeros_like(p) for p in self.parameters]
        self.second = [torch.zeros_like(p) for p in self.parameters]
        self.threshold, self.rate, self.step = threshold, rate, 0

    def __call__(self, x):
        weight, bias = self.parameters
        length = x.square().sum(1, keepdim=True).sqrt() + 1e-4
        return torch.relu(x / length @ weight + bias)

    def update(self, x_pos, x_neg, beta1=0.9, beta2=0.999, epsilon=1e-7):
        """One Adam step. Returns the loss before it."""
        g_pos = self(x_pos).square().mean(1)
        g_neg = self(x_neg).square().mean(1)
        loss = softplus(torch.cat([self.threshold - g_pos, g_neg - self.threshold])).mean()
        gradients = torch.autograd.grad(loss, self.parameters)
        self.step += 1
        alpha = self.rate * math.sqrt(1 - beta2**self.step) / (1 - beta1**self.step)
        with torch.no_grad():
            for p, g, m, v in zip(self.parameters, gradients, self.first, self.second):
                m += (1 - beta1) * (g - m)
                v += (1 - beta2) * (g * g - v)
                p -= alpha * m / (v.sqrt() + epsilon)
        return loss.item()


def train_keras(layers, images, labels, negatives, updates):
    """
    Epochs over one batch of all images (`[n, pixels]`, 0 to 1), one per row of `negatives` `[epochs, n]`.
    In each, every layer takes its updates before the next one sees its output. Returns the losses
    `[epochs, layers, updates]`.
    """
    strength = images.max(1, keepdim=True).values
    losses = []
    for wrong in negatives:
        h_pos, h_neg = overlay(images, labels, strength), overlay(images, wrong, strength)
        epoch = []
        for layer in layers:
            epoch.append([layer.update(h_pos, h_neg) for _ in range(updates)])
            with torch.no_grad():
                h_pos, h_neg = layer(h_pos), layer(h_neg)
        losses.append(epoch)
    return losses


@torch.no_grad()
def keras_goodness(layers, images):
    """Mean squares summed over all layers, for each label: `[n, classes]`."""
    strength = images.max(1, keepdim=True).values
    columns = []
    for label in range(CLASSES):
        h = overlay(images, torch.full((len(images),), label), strength)
        total = 0
        for layer in layers:
            h = layer(h)
            total = total + h.square().mean(1)
        columns.append(total)
    return torch.stack(columns, 1)


def rms(x):
    """Rows scaled to a mean square of 1."""
    return x / (x.square().mean(1, keepdim=True).sqrt() + 1e-8)


class Smoothed:
    """A parameter of `ffnew.m`: it climbs a smoothed gradient and, if a weight, decays."""

    def __init__(self, value, rate, decay):
        self.value, self.rate, self.decay = value.clone(), rate, decay
        self.velocity = torch.zeros_like(value)

    def climb(self, gradient):
        self.velocity = 0.9 * self.velocity + 0.1 * gradient
        self.value = self.value + self.rate * (self.velocity - self.decay * self.value)


class Hinton:
    """The network of `ffnew.m`, its deltas written out as there: the peer term is no loss's gradient."""

    def __init__(self, weights, rate, readout_from=1, peer=0.03):
        like = weights[0]
        units = [w.shape[1] for w in weights]
        self.weights = [Smoothed(w, rate, 0.001) for w in weights]
        self.biases = [Smoothed(like.new_zeros(1, n), rate, 0) for n in units]
        self.mean_activity = [like.new_full((1, n), 0.5) for n in units]
        self.peer, self.readout_from = peer, readout_from
        self.readout_weight = Smoothed(like.new_zeros(sum(units[readout_from:]), CLASSES), 0.1, 0.003)
        self.readout_bias = Smoothed(like.new_zeros(1, CLASSES), 0.1, 0)

    def activities(self, x):
        """Of all layers, not yet normalised."""
        states = []
        for weight, bias in zip(self.weights, self.biases):
            x = torch.relu(rms(x) @ weight.value + bias.value)
            states.append(x)
        return states

    def normalised_for_neutral(self, images):
        neutral = torch.cat([torch.full_like(images[:, :CLASSES], 0.1), images[:, CLASSES:]], 1)
        return torch.cat([rms(s) for s in self.activities(neutral)[self.readout_from :]], 1)

    def logits(self, images):
        return self.normalised_for_neutral(images) @ self.readout_weight.value + self.readout_bias.value

    def goodness(self, images):
        """Of each label in each layer: `[layers, n, classes]`."""
        columns = []
        for label in range(CLASSES):
            x = overlay(images, torch.full((len(images),), label), 1)
            columns.append(torch.stack([s.square().sum(1) for s in self.activities(x)]))
        return torch.stack(columns, 2)

    def update(self, images, labels, wrong):
        """One update of everything. Returns loss, positive and negative goodness per layer, before it."""
        batch = len(images)
        x_pos, x_neg = overlay(images, labels, 1), overlay(images, wrong, 1)
        states_pos, states_neg = self.activities(x_pos), self.activities(x_neg)
        # The readout too sees the activities from before this update.
        seen = self.normalised_for_neutral(images)
        beliefs = torch.softmax(seen @ self.readout_weight.value + self.readout_bias.value, 1)
        surprise = torch.nn.functional.one_hot(labels.long(), CLASSES) - beliefs
        self.readout_weight.climb(seen.T @ surprise / batch)
        self.readout_bias.climb(surprise.mean(0, keepdim=True))

        figures = []
        for l, (s_pos, s_neg) in enumerate(zip(states_pos, states_neg)):
            n = s_pos.shape[1]
            g_pos, g_neg = s_pos.square().sum(1, keepdim=True), s_neg.square().sum(1, keepdim=True)
            m = 0.9 * self.mean_activity[l] + 0.1 * s_pos.mean(0, keepdim=True)
            self.mean_activity[l] = m
            d_pos = (1 - torch.sigmoid(g_pos - n)) * s_pos + self.peer * (m.mean() - m)
            d_neg = -torch.sigmoid(g_neg - n) * s_neg
            in_pos, in_neg = rms(x_pos), rms(x_neg)
            self.weights[l].climb((in_pos.T @ d_pos + in_neg.T @ d_neg) / batch)
            self.biases[l].climb((d_pos + d_neg).sum(0, keepdim=True) / batch)
            loss = softplus(torch.cat([n - g_pos, g_neg - n])).mean()
            figures.append([loss.item(), g_pos.mean().item(), g_neg.mean().item()])
            x_pos, x_neg = s_pos, s_neg
        return figures

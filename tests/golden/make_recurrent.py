"""
Makes recurrent.safetensors: `/usr/bin/python3 tests/golden/make_recurrent.py`. make_frames.py has it of images in frames.

The recurrent rule over ten steps, in which all layers learn at once or one after another, in float64 from float32 initial weights, and
again in float32 as a check. A layer's weights have the rows of what is above it first.
"""

import sys

sys.dont_write_bytecode = True

import numpy as np
import torch
import torch.nn.functional as F

from oracle import Smoothed, rms, save_first, softplus

IMAGES, PIXELS, CLASSES, UNITS = 9, 29, 5, [19, 17, 13]
STEPS, KEEP, FROM, TO, STRENGTH = 10, 0.3, 3, 5, 2.0
UPDATES, RATE, PEER = 10, 0.1, 0.03
TOLERANCE, MARGIN = 1e-4, 1e-3


class Network:
    def __init__(self, weights, frames):
        self.frames = frames
        like = weights[0]
        above = UNITS[1:] + [CLASSES]
        self.down = [Smoothed(w[:a], RATE, 0.001) for w, a in zip(weights, above)]
        self.up = [Smoothed(w[a:], RATE, 0.001) for w, a in zip(weights, above)]
        self.biases = [Smoothed(like.new_zeros(1, n), RATE, 0) for n in UNITS]
        self.mean_activity = [like.new_full((1, n), 0.5) for n in UNITS]
        self.readout_weight = Smoothed(like.new_zeros(sum(UNITS), CLASSES), 0.1, 0.003)
        self.readout_bias = Smoothed(like.new_zeros(1, CLASSES), 0.1, 0)

    def shown(self, x, step):
        """The frame that a step is shown, from 1, of images that are normalised as a whole; the last one after it."""
        return rms(x).reshape(len(x), self.frames, -1)[:, min(step, self.frames) - 1]

    def bottom_up(self, x):
        states, x = [], self.shown(x, 1)
        for up, bias in zip(self.up, self.biases):
            states.append(torch.relu(x @ up.value + bias.value))
            x = rms(states[-1])
        return states

    def steps(self, x, labels, count):
        """For each step and layer: what is above, what is below, and what the layer makes of them."""
        top = F.one_hot(labels.long(), CLASSES).to(x.dtype) * STRENGTH
        states = self.bottom_up(x)
        for step in range(1, count + 1):
            seen = [self.shown(x, step), *map(rms, states), top]
            new = [
                torch.relu(seen[l + 2] @ self.down[l].value + seen[l] @ self.up[l].value + self.biases[l].value)
                for l in range(len(UNITS))
            ]
            yield [(seen[l + 2], seen[l], new[l]) for l in range(len(UNITS))]
            states = [KEEP * old + (1 - KEEP) * s for old, s in zip(states, new)]

    def goodness(self, x):
        columns = []
        for label in range(CLASSES):
            all_steps = list(self.steps(x, torch.full((len(x),), label), TO))
            columns.append(torch.stack([
                torch.stack([all_steps[t - 1][l][2].square().sum(1) for t in range(FROM, TO + 1)]).mean(0)
                for l in range(len(UNITS))
            ]))
        return torch.stack(columns, 2)

    def learn(self, x, right, wrong, learning):
        positive, negative = list(self.steps(x, right, STEPS)), list(self.steps(x, wrong, STEPS))
        share = 1 / (len(x) * STEPS)
        losses = []
        for l in learning:
            n = UNITS[l]
            s_pos = torch.stack([step[l][2] for step in positive])
            m = 0.9 * self.mean_activity[l] + 0.1 * s_pos.mean((0, 1)).unsqueeze(0)
            self.mean_activity[l] = m
            changes = [0, 0, 0]
            for sign, steps in [(1, positive), (-1, negative)]:
                for above, below, s in (step[l] for step in steps):
                    wrongness = torch.sigmoid(sign * (n - s.square().sum(1, keepdim=True)))
                    delta = sign * wrongness * s + (PEER * (m.mean() - m) if sign > 0 else 0)
                    for i, of in enumerate([above, below, torch.ones_like(s[:, :1])]):
                        changes[i] = changes[i] + of.T @ delta * share
            g = [torch.stack([step[l][2].square().sum(1) for step in steps]) for steps in (positive, negative)]
            losses.append(softplus(torch.stack([n - g[0], g[1] - n])).mean().item())
            for parameter, change in zip([self.down[l], self.up[l], self.biases[l]], changes):
                parameter.climb(change)
        return losses

    def update(self, x, right, wrong, order):
        seen = torch.cat([rms(s) for s in self.bottom_up(x)], 1)
        beliefs = torch.softmax(seen @ self.readout_weight.value + self.readout_bias.value, 1)
        surprise = F.one_hot(right.long(), CLASSES) - beliefs
        every = range(len(UNITS))
        if order == "joint":
            losses = self.learn(x, right, wrong, every)
        else:
            losses = [self.learn(x, right, wrong, [l])[0] for l in every]
        self.readout_weight.climb(seen.T @ surprise / len(x))
        self.readout_bias.climb(surprise.mean(0, keepdim=True))
        return losses


def run(initial, images, labels, negatives, order, dtype, frames):
    network = Network([torch.tensor(w, dtype=dtype) for w in initial], frames)
    x, right = torch.tensor(images, dtype=dtype) / 255, torch.tensor(labels)
    losses = [network.update(x, right, torch.tensor(wrong), order) for wrong in negatives]
    goodness = network.goodness(x)
    result = {"losses": np.array(losses), "goodness": goodness.flatten(1)}
    for l in range(len(UNITS)):
        both = lambda name: torch.cat([getattr(self[l], name) for self in (network.down, network.up)])
        result[f"final.layers.{l}.weight"] = both("value")
        result[f"final.layers.{l}.weight.velocity"] = -both("velocity")
        result[f"final.layers.{l}.bias"] = network.biases[l].value
        result[f"final.layers.{l}.bias.velocity"] = -network.biases[l].velocity
        result[f"final.layers.{l}.mean_activity"] = network.mean_activity[l]
    for name, parameter in [("weight", network.readout_weight), ("bias", network.readout_bias)]:
        result[f"final.readout.{name}"] = parameter.value
        result[f"final.readout.{name}.velocity"] = -parameter.velocity
    result["predictions"] = goodness.sum(0).argmax(1).to(torch.int32)
    return {name: np.asarray(value) for name, value in result.items()}


def make(seed, frames=1):
    random = np.random.default_rng(seed)
    labels = random.integers(0, CLASSES, IMAGES).astype(np.int32)
    whole = frames * PIXELS
    templates = random.integers(0, 256, (CLASSES, whole)) * (random.random((CLASSES, whole)) < 0.4)
    images = np.clip(templates[labels] + random.integers(0, 50, (IMAGES, whole)), 0, 255).astype(np.uint8)
    negatives = (labels + random.integers(1, CLASSES, (UPDATES, IMAGES))) % CLASSES
    below, above = [PIXELS, *UNITS], [*UNITS[1:], CLASSES]
    initial = [random.normal(0, (a + b) ** -0.5, (a + b, n)).astype(np.float32) for a, b, n in zip(above, below, UNITS)]
    tensors = {"images": images, "labels": labels, "negatives": negatives.astype(np.int32)}
    tensors |= {f"initial.layers.{l}.weight": w for l, w in enumerate(initial)}
    for order in ["joint", "greedy"]:
        result, single = (run(initial, images, labels, negatives, order, t, frames) for t in (torch.float64, torch.float32))
        for key, value in result.items():
            error = np.abs(value - single[key]).max() / max(np.abs(value).max(), 1e-30)
            assert error <= TOLERANCE, (order, key, error)
        top = np.sort(result["goodness"].reshape(len(UNITS), IMAGES, CLASSES).sum(0), 1)
        if len(set(result["predictions"])) < 3 or (1 - top[:, -2] / top[:, -1]).min() < MARGIN:
            return None
        tensors |= {f"{order}.{key}": value for key, value in result.items()}
    return tensors


if __name__ == "__main__":
    # Predictions must vary, and none be a near tie.
    save_first(__file__, make)

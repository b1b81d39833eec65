"""
Makes sequences.safetensors: `/usr/bin/python3 tests/golden/make_sequences.py`.

Ten updates of the rule for text, by teacher-forced negatives and by strings that the network writes itself before every epoch of two,
in float64 from float32 initial weights and noise, and again in float32 as a check. A window is one row, its last character (the label)
first.
"""

import sys

sys.dont_write_bytecode = True

import numpy as np
import torch
import torch.nn.functional as F

from oracle import Smoothed, rms, save_first, softplus

SYMBOLS, LENGTH, WINDOW, STRINGS, BATCH = 7, 15, 4, 6, 3  # strings; three of them in a batch
EACH = LENGTH - WINDOW
UNITS, UPDATES, RATE = [23, 19, 13], 10, 0.05
TOLERANCE, MARGIN = 1e-4, 2e-3
NEUTRAL, PEER = 0.1, 0.03


def one_hot(codes, dtype):
    return F.one_hot(codes, SYMBOLS).to(dtype)


class Network:
    def __init__(self, weights):
        like = weights[0]
        self.like = like
        self.weights = [Smoothed(w, RATE, 0.001) for w in weights]
        self.biases = [Smoothed(like.new_zeros(1, n), RATE, 0) for n in UNITS]
        self.mean_activity = [like.new_full((1, n), 0.5) for n in UNITS]
        self.readout_weight = Smoothed(like.new_zeros(sum(UNITS), SYMBOLS), 0.1, 0.003)
        self.readout_bias = Smoothed(like.new_zeros(1, SYMBOLS), 0.1, 0)
        self.margin = np.inf

    def rows(self, before, last):
        """Windows as rows: the last character, one-hot or neutral, then those before it."""
        return torch.cat([last, one_hot(before, self.like.dtype).flatten(1)], 1)

    def activities(self, x):
        states = []
        for weight, bias in zip(self.weights, self.biases):
            x = torch.relu(rms(x) @ weight.value + bias.value)
            states.append(x)
        return states

    def seen(self, before):
        neutral = self.like.new_full((len(before), SYMBOLS), NEUTRAL)
        return torch.cat([rms(s) for s in self.activities(self.rows(before, neutral))], 1)

    def logits(self, seen):
        return seen @ self.readout_weight.value + self.readout_bias.value

    def largest(self, scores):
        top = scores.topk(2, 1).values
        self.margin = min(self.margin, (top[:, 0] - top[:, 1]).min().item())
        return scores.argmax(1)

    def write(self, strings, noise):
        """Strings that begin as these and go on as the network draws; noise is `[strings, EACH, SYMBOLS]`."""
        strings = strings.clone()
        for at in range(WINDOW, LENGTH):
            logits = self.logits(self.seen(strings[:, at - WINDOW + 1 : at]))
            strings[:, at] = self.largest(logits + noise[:, at - WINDOW])
        return strings

    def update(self, strings, noise, written):
        dtype = self.like.dtype
        windows = lambda s: torch.stack([row[t + 1 : t + 1 + WINDOW] for row in s for t in range(EACH)])
        real = windows(strings)
        before, last = real[:, :-1], real[:, -1]
        right = one_hot(last, dtype)
        seen = self.seen(before)
        logits = self.logits(seen)
        if written is not None:
            fake = windows(written)
        else:
            drawn = self.largest((logits + noise.flatten(0, 1)).masked_fill(right > 0, -np.inf))
            fake = torch.cat([before, drawn[:, None]], 1)
        surprise = right - torch.softmax(logits, 1)
        pairs = len(real)

        x_pos = self.rows(before, right)
        x_neg = self.rows(fake[:, :-1], one_hot(fake[:, -1], dtype))
        states_pos, states_neg = self.activities(x_pos), self.activities(x_neg)
        self.readout_weight.climb(seen.T @ surprise / pairs)
        self.readout_bias.climb(surprise.mean(0, keepdim=True))
        losses = []
        for l, (s_pos, s_neg) in enumerate(zip(states_pos, states_neg)):
            n = s_pos.shape[1]
            g_pos, g_neg = s_pos.square().sum(1, keepdim=True), s_neg.square().sum(1, keepdim=True)
            m = 0.9 * self.mean_activity[l] + 0.1 * s_pos.mean(0, keepdim=True)
            self.mean_activity[l] = m
            d_pos = (1 - torch.sigmoid(g_pos - n)) * s_pos + PEER * (m.mean() - m)
            d_neg = -torch.sigmoid(g_neg - n) * s_neg
            self.weights[l].climb((rms(x_pos).T @ d_pos + rms(x_neg).T @ d_neg) / pairs)
            self.biases[l].climb((d_pos + d_neg).sum(0, keepdim=True) / pairs)
            losses.append(softplus(torch.cat([n - g_pos, g_neg - n])).mean().item())
            x_pos, x_neg = s_pos, s_neg
        return losses, fake


def run(initial, strings, noise, written, dtype):
    network = Network([torch.tensor(w, dtype=dtype) for w in initial])
    losses, fakes = [], []
    strings, noise = torch.tensor(strings).long(), torch.tensor(noise, dtype=dtype)
    for u in range(UPDATES):
        batch = slice(u % 2 * BATCH, (u % 2 + 1) * BATCH)
        if u % 2 == 0:
            own = network.write(strings, noise[u // 2]) if written else None
        loss, fake = network.update(strings[batch], noise[u // 2, batch], own if own is None else own[batch])
        losses.append(loss)
        fakes.append(fake.numpy())
    result = {"losses": np.array(losses), "windows": np.stack(fakes)}
    for l in range(len(UNITS)):
        for name, parameter in [("weight", network.weights[l]), ("bias", network.biases[l])]:
            result[f"final.layers.{l}.{name}"] = parameter.value
            result[f"final.layers.{l}.{name}.velocity"] = -parameter.velocity
        result[f"final.layers.{l}.mean_activity"] = network.mean_activity[l]
    for name, parameter in [("weight", network.readout_weight), ("bias", network.readout_bias)]:
        result[f"final.readout.{name}"] = parameter.value
        result[f"final.readout.{name}.velocity"] = -parameter.velocity
    return {name: np.asarray(value) for name, value in result.items()}, network.margin


def make(seed):
    random = np.random.default_rng(seed)
    strings = random.integers(0, SYMBOLS, (STRINGS, LENGTH))
    for s in strings:  # Something to be learned: most characters follow from the one before.
        for t in range(1, LENGTH):
            if random.random() < 0.7:
                s[t] = (2 * s[t - 1] + 1) % SYMBOLS
    sizes = [WINDOW * SYMBOLS, *UNITS]
    initial = [random.normal(0, a**-0.5, (a, b)).astype(np.float32) for a, b in zip(sizes, sizes[1:])]
    noise = random.gumbel(size=(UPDATES // 2, STRINGS, EACH, SYMBOLS)).astype(np.float32)
    tensors = {"strings": strings, "noise": noise.reshape(UPDATES // 2, STRINGS * EACH * SYMBOLS)}
    tensors |= {f"initial.layers.{l}.weight": w for l, w in enumerate(initial)}
    for name, written in [("forced", False), ("written", True)]:
        result, margin = run(initial, strings, noise, written, torch.float64)
        if margin < MARGIN:
            return None
        single, _ = run(initial, strings, noise, written, torch.float32)
        for key, value in result.items():
            error = np.abs(value - single[key]).max() / np.abs(value).max()
            assert error <= TOLERANCE, (name, key, error)
        assert (result["losses"][-2:].mean(0) < result["losses"][:2].mean(0)).all(), "nothing was learned"
        result["windows"] = result["windows"].reshape(UPDATES * BATCH * EACH, WINDOW)
        tensors |= {f"{name}.{key}": value for key, value in result.items()}
    return tensors


if __name__ == "__main__":
    # No symbol may be drawn by a near tie.
    save_first(__file__, make)

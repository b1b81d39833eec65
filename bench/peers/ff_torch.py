"""The peer in PyTorch: the same recipes on the same data, eager, with gradients written by hand.

Speaks one JSON object a line: reads {"do": ...} on stdin, answers on stdout. A question with "tensors", a list of
lengths, is followed by that many 32-bit floats each. What a good user of PyTorch
would write: both halves of a batch in one product, updates in place, no autograd, all threads; on a GPU nothing that
waits for it before the end.

    python3 ff_torch.py THREADS DEVICE   # "cpu" or "cuda"
"""

import gzip
import json
import math
import sys
import time

import numpy as np
import torch

sys.dont_write_bytecode = True
from ff_torch_maps import Maps

CLASSES = 10
torch.set_grad_enabled(False)


def normalise(x):
    """Rows to a mean square of 1."""
    return x / (x.square().mean(1, keepdim=True).sqrt_().add_(1e-8))


class Momentum:
    """`v <- 0.9 v + 0.1 g`, `w <- w - rate (v + decay w)`."""

    def __init__(self, value, rate, decay):
        self.value, self.rate, self.decay = value, rate, decay
        self.velocity = torch.zeros_like(value)

    def step(self, gradient):
        self.velocity.mul_(0.9).add_(gradient, alpha=0.1)
        if self.decay:
            self.value.mul_(1 - self.rate * self.decay)
        self.value.add_(self.velocity, alpha=-self.rate)


class Adam:
    """Keras's form."""

    def __init__(self, value, rate, epsilon=1e-7):
        self.value, self.rate, self.epsilon, self.steps = value, rate, epsilon, 0
        self.m, self.v = torch.zeros_like(value), torch.zeros_like(value)

    def step(self, gradient):
        self.steps += 1
        self.m.mul_(0.9).add_(gradient, alpha=0.1)
        self.v.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
        alpha = self.rate * math.sqrt(1 - 0.999**self.steps) / (1 - 0.9**self.steps)
        self.value.addcdiv_(self.m, self.v.sqrt().add_(self.epsilon), value=-alpha)


class Network:
    """`ffnew.m` on any layers: peer normalisation, a softmax readout trained alongside, hard negatives."""

    def __init__(self, layers, optimizer, device="cpu", seed=1, readout_from=1):
        torch.manual_seed(seed)
        sizes = list(zip(layers, layers[1:]))
        weights = [torch.randn(a, b, device=device) / math.sqrt(a) for a, b in sizes]
        biases = [torch.zeros(b, device=device) for _, b in sizes]
        if optimizer == "adam":
            self.weights = [Adam(w, 0.001) for w in weights]
            self.biases = [Adam(b, 0.001) for b in biases]
        else:
            self.weights = [Momentum(w, 0.01, 0.001) for w in weights]
            self.biases = [Momentum(b, 0.01, 0) for b in biases]
        self.mean_activity = [torch.full((b,), 0.5, device=device) for _, b in sizes]
        self.readout_from = readout_from
        seen = sum(layers[1 + readout_from :])
        self.readout = Momentum(torch.zeros(seen, CLASSES, device=device), 0.1, 0.003)
        self.readout_bias = Momentum(torch.zeros(CLASSES, device=device), 0.1, 0)
        self.losses = torch.zeros(len(sizes), device=device)

    def load(self, tensors):
        """Takes weights and bias of each layer in turn."""
        for parameter, tensor in zip(zip(self.weights, self.biases), zip(tensors[::2], tensors[1::2])):
            for own, given in zip(parameter, tensor):
                own.value.copy_(given.view_as(own.value))

    def activities(self, x):
        states = []
        for weight, bias in zip(self.weights, self.biases):
            x = normalise(x)
            states.append((x, torch.addmm(bias.value, x, weight.value).relu_()))
            x = states[-1][1]
        return states

    def update(self, images, labels):
        """One update of everything on `images` `[n, pixels]`, 0 to 1."""
        n = len(images)
        # The readout, on what the layers make of the neutral label; it also draws the wrong labels.
        neutral = images.clone()
        neutral[:, :CLASSES] = 0.1
        states = self.activities(neutral)[self.readout_from :]
        seen = torch.cat([normalise(s) for _, s in states], 1)
        logits = torch.addmm(self.readout_bias.value, seen, self.readout.value)
        right = torch.nn.functional.one_hot(labels, CLASSES).float()
        chances = torch.softmax(logits - 1e9 * right, 1)
        # One draw a row, as `multinomial` makes it, without its check, for which it would wait for a GPU.
        wrong = chances.div_(torch.empty_like(chances).exponential_()).argmax(1)
        surprise = (torch.softmax(logits, 1) - right).div_(n)
        self.readout.step(seen.T @ surprise)
        self.readout_bias.step(surprise.sum(0))

        x = torch.cat([images, images])
        x[:n, :CLASSES] = right
        x[n:, :CLASSES] = torch.nn.functional.one_hot(wrong, CLASSES)
        sign = torch.ones(2 * n, 1, device=images.device)
        sign[:n] = -1
        for l, (weight, bias) in enumerate(zip(self.weights, self.biases)):
            x = normalise(x)
            s = torch.addmm(bias.value, x, weight.value).relu_()
            units = s.shape[1]
            off = sign * (s.square().sum(1, keepdim=True) - units)
            self.losses[l] += torch.nn.functional.softplus(off).mean()
            delta = s * (sign * torch.sigmoid(off)).div_(n)
            m = self.mean_activity[l].mul_(0.9).add_(s[:n].mean(0), alpha=0.1)
            delta[:n] += (0.03 / n) * (m - m.mean())
            weight.step(x.T @ delta)
            bias.step(delta.sum(0))
            x = s

    def epoch(self, images, labels, batch):
        """One pass over `images` (bytes) in a new order. Returns the mean loss of each layer."""
        order = torch.randperm(len(labels), device=labels.device)
        updates = 0
        self.losses.zero_()
        for start in range(0, len(labels), batch):
            index = order[start : start + batch]
            self.update(images[index].float().div_(255), labels[index])
            updates += 1
        return (self.losses / updates).tolist()

    def goodness(self, images):
        """Summed over layers `readout_from` and up, of each label: `[n, classes]`."""
        columns = []
        x = images.float().div_(255)
        for label in range(CLASSES):
            x[:, :CLASSES] = 0
            x[:, label] = 1
            states = self.activities(x)[self.readout_from :]
            columns.append(sum(s.square().sum(1) for _, s in states))
        return torch.stack(columns, 1)


def read_idx(path, offset):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        return np.frombuffer(file.read(), np.uint8, offset=offset)


def finish(device):
    """Waits until the device has done all that it was asked to do."""
    if device.type == "cuda":
        torch.cuda.synchronize()


def main():
    torch.set_num_threads(int(sys.argv[1]))
    device = torch.device(sys.argv[2])
    # Numbers of 32 bits all the way, as on the other side.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    images = labels = network = None
    for line in iter(sys.stdin.buffer.readline, b""):
        ask = json.loads(line)
        tensors = [
            torch.frombuffer(bytearray(sys.stdin.buffer.read(4 * n)), dtype=torch.float32)
            for n in ask.get("tensors", [])
        ]
        start = time.perf_counter()
        answer = {}
        if ask["do"] == "load":
            images = torch.from_numpy(read_idx(ask["images"], 16).copy()).view(-1, 784).to(device)
            labels = torch.from_numpy(read_idx(ask["labels"], 8).copy()).long().to(device)
        elif ask["do"] == "network":
            network = Network(ask["layers"], ask["optimizer"], device, readout_from=ask.get("readoutFrom", 1))
            network.load(tensors)
        elif ask["do"] == "maps":
            rate, epsilon = ask["adam"]["learningRate"], ask["adam"]["epsilon"]
            network = Maps(ask["layers"], tensors, lambda weight: Adam(weight, rate, epsilon), device)
        elif ask["do"] == "epoch":
            n = ask["images"]
            answer = {"losses": network.epoch(images[:n], labels[:n], ask["batch"])}
        elif ask["do"] == "score":
            n, chunk = ask["images"], ask["chunk"]
            found = torch.cat([network.goodness(images[i : i + chunk]) for i in range(0, n, chunk)])
            answer = {"error": (found.argmax(1) != labels[:n]).float().mean().item()}
        elif ask["do"] == "matmul":
            m, k, n = ask["shape"]
            # The operands of bench/cases/_product.ts, so that the product can be checked.
            a = torch.arange(m * k, device=device).mul_(37).remainder_(101).float().div_(50).sub_(1).view(m, k)
            b = torch.arange(k * n, device=device).mul_(53).remainder_(97).float().div_(48).sub_(1).view(k, n)
            finish(device)
            start = time.perf_counter()
            for _ in range(ask["times"]):
                product = a @ b
            finish(device)
            answer = {"seconds": time.perf_counter() - start, "rows": product[[0, -1]].tolist()}
        print(json.dumps({"seconds": time.perf_counter() - start, **answer}), flush=True)


if __name__ == "__main__":
    main()

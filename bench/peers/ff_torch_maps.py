"""Convolutions whose channels compete for the label, in PyTorch: the recipe `competing`, with gradients written by hand.

What a good user of PyTorch would write: oneDNN's or cuDNN's own kernels, forward and for the gradient by the weights alone, batch
norm and pooling in one operator each way, no autograd. ReLU comes after pooling, which is the same for the largest of a
window and has a quarter of the numbers to look at.
"""

import torch
import torch.nn.functional as F

CLASSES = 10
EPSILON = 1e-5
ORDER = torch.channels_last
aten = torch.ops.aten


class Layer:
    """A convolution without bias, ReLU, max pooling or none, and batch norm, with its own optimizer `step`."""

    def __init__(self, weight, pool, groups, step):
        self.step, self.pool, self.groups = step, pool, groups
        channels = weight.shape[0]
        self.weight = weight
        self.mean = torch.zeros(channels, device=weight.device)
        self.variance = torch.ones(channels, device=weight.device)

    def update(self, x, labels):
        """Learns from maps `x` and their labels. Returns the maps that the next layer sees, and the loss."""
        n = len(x)
        padding = self.weight.shape[2] // 2
        a = F.conv2d(x, self.weight, None, 1, padding, 1, self.groups)
        if self.pool > 1:
            z, places = aten.max_pool2d_with_indices(a, self.pool)
        else:
            z = a
        z = z.relu_()
        y, mean, inverse = torch.native_batch_norm(z, None, None, self.mean, self.variance, True, 0.1, EPSILON)

        groups = y.unflatten(1, (CLASSES, -1))
        columns = groups[0, 0].numel()
        logs = F.log_softmax(groups.square().sum((2, 3, 4)).div_(columns), 1)
        loss = F.nll_loss(logs, labels)
        surprise = logs.exp_().sub_(F.one_hot(labels, CLASSES)).mul_(2 / (columns * n))
        delta = (groups * surprise[:, :, None, None, None]).flatten(1, 2)

        delta, _, _ = aten.native_batch_norm_backward(
            delta, z, None, self.mean, self.variance, mean, inverse, True, EPSILON, [True, False, False]
        )
        # Where the ReLU let through.
        delta = aten.threshold_backward(delta, z, 0)
        if self.pool > 1:
            delta = aten.max_pool2d_with_indices_backward(
                delta, a, [self.pool] * 2, [self.pool] * 2, [0, 0], [1, 1], False, places
            )
        _, gradient, _ = aten.convolution_backward(
            delta, x, self.weight, None, [1, 1], [padding] * 2, [1, 1], False, [0, 0], self.groups, [False, True, False]
        )
        self.step(gradient)
        return y, loss


class Maps:
    """The network. `layers` are `{"channels", "size", "pool", "groups"}`; `adam(weight)` makes an optimizer with a `step`."""

    def __init__(self, layers, tensors, adam, device):
        self.layers = []
        inputs = 1
        for layer, tensor in zip(layers, tensors, strict=True):
            channels, size, groups = layer["channels"], layer["size"], layer["groups"]
            weight = tensor.to(device).view(channels, inputs // groups, size, size).contiguous(memory_format=ORDER)
            self.layers.append(Layer(weight, layer["pool"], groups, adam(weight).step))
            inputs = channels
        self.losses = torch.zeros(len(layers), device=device)

    def epoch(self, images, labels, batch):
        """One pass over square `images` (bytes) in a new order, in which every layer learns. Returns the mean loss of each."""
        order = torch.randperm(len(labels), device=labels.device)
        side = round(images.shape[1] ** 0.5)
        updates = 0
        self.losses.zero_()
        for start in range(0, len(labels), batch):
            index = order[start : start + batch]
            x = images[index].float().div_(255)
            x.div_(x.square().mean(1, keepdim=True).sqrt_().add_(EPSILON))
            x = x.view(-1, 1, side, side).contiguous(memory_format=ORDER)
            for l, layer in enumerate(self.layers):
                x, loss = layer.update(x, labels[index])
                self.losses[l] += loss
            updates += 1
        return (self.losses / updates).tolist()

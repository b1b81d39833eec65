"""
Makes keras.safetensors and hinton.safetensors: `/usr/bin/python3 tests/golden/make_golden.py`.

Everything is computed in float64 from float32 initial weights, and again in float32 as a check that
the figures do not depend on the precision.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True

import numpy as np
import torch

from oracle import CLASSES, Hinton, KerasLayer, keras_goodness, save, train_keras

HERE = Path(__file__).parent
BATCH, LAYERS, UPDATES = 37, [97, 61, 43], 12  # ragged, to miss every tile size
KERAS_EPOCHS, KERAS_UPDATES = 2, 6
HINTON_RATE = 0.05
TOLERANCE = 1e-4
# Chosen among 700 so that no file predicts one label for everything (most seeds do under 12 Keras
# updates) and no prediction is a near tie; check() holds it to that.
SEED, MARGIN = 208, 1e-3


def make_images(random):
    """Sparse bytes in which each class has its own bright pixels; the first ten are not empty."""
    count = BATCH * UPDATES
    labels = random.integers(0, CLASSES, count)
    templates = np.where(random.random((CLASSES, LAYERS[0])) < 0.12, random.integers(120, 256, (CLASSES, LAYERS[0])), 0)
    noise = random.integers(-60, 61, (count, LAYERS[0])) * (random.random((count, LAYERS[0])) < 0.1)
    kept = random.random((count, LAYERS[0])) < 0.85
    images = np.clip(templates[labels] * kept + noise, 0, 255).astype(np.uint8)
    return images, labels.astype(np.int32)


def run_keras(initial, images, labels, negatives, dtype):
    x = torch.tensor(images, dtype=dtype) / 255
    layers = [KerasLayer(torch.tensor(w, dtype=dtype), torch.zeros(1, w.shape[1], dtype=dtype)) for w in initial]
    losses = train_keras(layers, x, torch.tensor(labels), torch.tensor(negatives), KERAS_UPDATES)
    goodness = keras_goodness(layers, x)
    result = {"losses": losses, "goodness": goodness, "predictions": goodness.argmax(1)}
    for l, layer in enumerate(layers):
        for i, name in enumerate(["weight", "bias"]):
            result[f"final.layers.{l}.{name}"] = layer.parameters[i].detach()
            result[f"final.layers.{l}.{name}.first_moment"] = layer.first[i]
            result[f"final.layers.{l}.{name}.second_moment"] = layer.second[i]
    return {name: np.asarray(value) for name, value in result.items()}


def run_hinton(initial, images, labels, negatives, dtype):
    x, y, wrong = torch.tensor(images, dtype=dtype) / 255, torch.tensor(labels), torch.tensor(negatives)
    network = Hinton([torch.tensor(w, dtype=dtype) for w in initial], HINTON_RATE)
    figures = []
    for u in range(UPDATES):
        batch = slice(u * BATCH, (u + 1) * BATCH)
        figures.append(network.update(x[batch], y[batch], wrong[u]))
    figures = np.asarray(figures)
    goodness, logits = network.goodness(x[:BATCH]), network.logits(x[:BATCH])
    from_one, from_zero = goodness[1:].sum(0), goodness.sum(0)
    result = {
        "losses": figures[:, :, 0],
        "positive": figures[:, :, 1],
        "negative": figures[:, :, 2],
        "logits": logits,
        "predictions.softmax": logits.argmax(1),
        "goodness.from_1": from_one,
        "predictions.from_1": from_one.argmax(1),
        "goodness.from_0": from_zero,
        "predictions.from_0": from_zero.argmax(1),
    }
    parameters = {"readout.weight": network.readout_weight, "readout.bias": network.readout_bias}
    for l in range(len(initial)):
        parameters[f"layers.{l}.weight"] = network.weights[l]
        parameters[f"layers.{l}.bias"] = network.biases[l]
        result[f"final.layers.{l}.mean_activity"] = network.mean_activity[l]
    for name, parameter in parameters.items():
        result[f"final.{name}"] = parameter.value
        # ffnew.m climbs, the library descends: its smoothed gradient has the other sign.
        result[f"final.{name}.velocity"] = -parameter.velocity
    return {name: np.asarray(value) for name, value in result.items()}


def check(name, exact, single):
    """
    Float32 must agree with float64, tensor by tensor, relative to the tensor's largest element;
    predictions must vary and be clear, so that a test may ask for equality.
    """
    worst = 0.0
    for key, want in exact.items():
        if want.dtype.kind != "f":
            assert (want == single[key]).all(), f"{name}: {key} depends on the precision"
            assert len(set(want)) > 1, f"{name}: {key} are all the same"
            continue
        if key == "logits" or key.startswith("goodness"):
            second, best = np.sort(want, 1)[:, -2:].T
            assert (best - second > MARGIN * best).all(), f"{name}: {key} has a near tie"
        error = np.abs(want - single[key]).max() / np.abs(want).max()
        assert error < TOLERANCE, f"{name}: {key} differs by {error:.1e} in float32"
        worst = max(worst, error)
    print(f"{name}: float32 agrees to {worst:.1e}")
    return f"{worst:.1e}"


def main():
    torch.set_num_threads(1)  # so that sums keep their order
    random = np.random.default_rng(SEED)
    images, labels = make_images(random)
    shapes = list(zip(LAYERS, LAYERS[1:]))
    common = {
        "made_by": "tests/golden/make_golden.py",
        "versions": f"torch {torch.__version__}, numpy {np.__version__}",
        "layers": ",".join(map(str, LAYERS)),
        "batch": str(BATCH),
    }

    limits = [np.sqrt(6 / (i + n)) for i, n in shapes]  # glorot uniform
    initial = [random.uniform(-a, a, s).astype(np.float32) for a, s in zip(limits, shapes)]
    full = images[:BATCH], labels[:BATCH]
    negatives = np.stack([random.permutation(full[1]) for _ in range(KERAS_EPOCHS)])
    exact, single = (run_keras(initial, *full, negatives, t) for t in (torch.float64, torch.float32))
    metadata = {
        **common,
        "float32_agrees_to": check("keras", exact, single),
        "epochs": str(KERAS_EPOCHS),
        "updates_per_layer": str(KERAS_UPDATES),
        "learning_rate": "0.03",
        "threshold": "1.5",
    }
    given = {"images": full[0], "labels": full[1], "negatives": negatives}
    for l, (w, (_, n)) in enumerate(zip(initial, shapes)):
        given[f"initial.layers.{l}.weight"] = w
        given[f"initial.layers.{l}.bias"] = np.zeros((1, n))
    save(HERE / "keras.safetensors", {**given, **exact}, metadata)

    initial = [random.normal(0, i**-0.5, (i, n)).astype(np.float32) for i, n in shapes]
    shift = random.integers(1, CLASSES, (UPDATES, BATCH), dtype=np.int32)  # never the right label
    negatives = (labels.reshape(UPDATES, BATCH) + shift) % CLASSES
    exact, single = (run_hinton(initial, images, labels, negatives, t) for t in (torch.float64, torch.float32))
    metadata = {
        **common,
        "float32_agrees_to": check("hinton", exact, single),
        "updates": str(UPDATES),
        "learning_rate": str(HINTON_RATE),
        "readout_from": "1",
    }
    given = {"images": images, "labels": labels, "negatives": negatives}
    for l, (w, (_, n)) in enumerate(zip(initial, shapes)):
        given[f"initial.layers.{l}.weight"] = w
        given[f"initial.layers.{l}.bias"] = np.zeros((1, n))
        given[f"initial.layers.{l}.mean_activity"] = np.full((1, n), 0.5)
    given["initial.readout.weight"] = np.zeros((LAYERS[-1], CLASSES))
    given["initial.readout.bias"] = np.zeros((1, CLASSES))
    save(HERE / "hinton.safetensors", {**given, **exact}, metadata)


if __name__ == "__main__":
    main()

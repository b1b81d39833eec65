"""
Makes parts.json: `/usr/bin/python3 tests/golden/make_parts.py`. Small parts of the algorithm, each computed in float64 by NumPy or
PyTorch in a way of its own: dropped places, shifted and deformed images, hybrids, and the gradient of SymBa's loss.
"""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import numpy as np
import torch

ROWS, COLUMNS, IMAGES = 9, 7, 4
MASK = 0xFFFFFFFF


def place_hash(place, seed):
    h = (place * 0x9E3779B9 + seed) & MASK
    h = ((h ^ (h >> 16)) * 0x7FEB352D) & MASK
    h = ((h ^ (h >> 15)) * 0x846CA68B) & MASK
    return h ^ (h >> 16)


def dropped(count, rate, seed):
    return np.array([place_hash(i, seed) < int(rate * 2**32) for i in range(count)])


def shift(image, down, right):
    """An image moved, zeros coming in, by way of a padded copy."""
    padded = np.pad(image, 2)
    return padded[2 - down : 2 - down + ROWS, 2 - right : 2 - right + COLUMNS]


def deform(image, shift, turn, stretch, bend):
    """The nearest pixel to where each one comes from, by solving the linear map that takes an image to its deformation."""
    angle = np.deg2rad(turn)
    # Rows count downwards, so this turns clockwise.
    turned = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = (np.array([ROWS, COLUMNS])[:, None] - 1) / 2
    places = np.indices((ROWS, COLUMNS)).reshape(2, -1)
    offsets = places - middle - np.array(shift)[:, None]
    sources = np.linalg.solve(turned @ np.diag(stretch), offsets) + middle + np.array(bend)
    assert np.abs(sources % 1 - 0.5).min() > 1e-6, "a pixel comes from a near tie"
    rows, columns = np.rint(sources).astype(int) + 3
    padded = np.pad(image, 3)
    inside = (rows >= 0) & (rows < ROWS + 6) & (columns >= 0) & (columns < COLUMNS + 6)
    return np.where(inside, padded[rows % (ROWS + 6), columns % (COLUMNS + 6)], 0).reshape(ROWS, COLUMNS)


def deformations(random, image, count=6):
    for _ in range(count):
        change = {
            "shift": random.integers(-2, 3, 2).tolist(),
            "turn": random.uniform(-60, 60),
            "stretch": random.uniform(0.6, 1.5, 2).tolist(),
            "bend": random.normal(size=(2, ROWS * COLUMNS)).tolist(),
        }
        yield {**change, "image": deform(image, **change).tolist()}


def blur(bits, passes=8):
    """[1/4, 1/2, 1/4] along both axes, again and again, nothing beyond the edges."""
    for _ in range(passes):
        for axis in (0, 1):
            p = np.pad(bits, [(1, 1) if a == axis else (0, 0) for a in (0, 1)])
            bits = (p.take(range(0, bits.shape[axis]), axis) + 2 * bits
                    + p.take(range(2, bits.shape[axis] + 2), axis)) / 4
    return bits


def hybrids(a, b, seed):
    bits = np.where(dropped(a.size, 0.5, seed), -1.0, 1.0).reshape(-1, ROWS, COLUMNS)
    blurred = np.stack([blur(image) for image in bits])
    assert np.abs(blurred).min() > 1e-4, "a pixel of the mask is a near tie"
    return np.where(blurred <= 0, a, b)


def symba(random, pairs=5, units=6, alpha=1.7):
    z = torch.tensor(random.normal(size=(2 * pairs, units)), requires_grad=True)
    g = torch.relu(z).square().sum(1)
    loss = torch.nn.functional.softplus(-alpha * (g[:pairs] - g[pairs:])).mean()
    (gradient,) = torch.autograd.grad(loss, z)
    return {
        "alpha": alpha,
        "activities": torch.relu(z).tolist(),
        "loss": loss.item(),
        "delta": gradient.tolist(),
    }


def main():
    random = np.random.default_rng(5)
    a, b = random.integers(0, 256, (2, IMAGES, ROWS, COLUMNS))
    for seed in range(11, 100):
        try:
            mixed = hybrids(a, b, seed)
            break
        except AssertionError:
            continue
    parts = {
        "made_by": "tests/golden/make_parts.py",
        "versions": f"torch {torch.__version__}, numpy {np.__version__}",
        "rows": ROWS,
        "columns": COLUMNS,
        "a": a.tolist(),
        "b": b.tolist(),
        "dropped": {"rate": 0.3, "seed": 4000000000, "places": np.flatnonzero(dropped(500, 0.3, 4000000000)).tolist()},
        "shifts": [
            {"down": d, "right": r, "image": shift(a[0], d, r).tolist()} for d in range(-2, 3) for r in range(-2, 3)
        ],
        "deformations": list(deformations(np.random.default_rng(6), a[0])),
        "hybrids": {"seed": seed, "mixed": mixed.tolist()},
        "symba": symba(random),
    }
    Path(__file__).with_name("parts.json").write_text(json.dumps(parts) + "\n")


if __name__ == "__main__":
    main()

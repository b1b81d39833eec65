"""
Makes colour.json: `/usr/bin/python3 tests/golden/make_colour.py`. Images in three channels, cropped out of a padded copy and
mirrored, by NumPy's own pad and flip.
"""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import numpy as np

CHANNELS, ROWS, COLUMNS = 3, 5, 4
REACH = 2
# What np.pad calls what comes in from outside.
MODES = {"ground": "constant", "edge": "edge", "mirror": "reflect"}


def crop(image, down, right, flip, mode):
    mirrored = np.flip(image, 2) if flip else image
    padded = np.pad(mirrored, [(0, 0), (REACH, REACH), (REACH, REACH)], mode)
    return padded[:, REACH - down : REACH - down + ROWS, REACH - right : REACH - right + COLUMNS]


def main():
    image = np.random.default_rng(17).integers(0, 256, (CHANNELS, ROWS, COLUMNS))
    moves = [(0, 0), (2, 1), (-2, 2), (1, -2), (-1, 0)]
    parts = {
        "made_by": "tests/golden/make_colour.py",
        "versions": f"numpy {np.__version__}",
        "channels": CHANNELS,
        "rows": ROWS,
        "columns": COLUMNS,
        "image": image.tolist(),
        "crops": {
            outside: [
                {"shift": [down, right], "flip": flip, "image": crop(image, down, right, flip, mode).tolist()}
                for flip in (False, True)
                for down, right in moves
            ]
            for outside, mode in MODES.items()
        },
    }
    Path(__file__).with_name("colour.json").write_text(json.dumps(parts) + "\n")


if __name__ == "__main__":
    main()

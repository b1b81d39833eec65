"""
Makes frames.safetensors: `/usr/bin/python3 tests/golden/make_frames.py`.

The recurrent rule as in make_recurrent.py, of images made of four frames, of which a step is shown the next; the last is shown from
step four on.
"""

import sys

sys.dont_write_bytecode = True

from make_recurrent import make
from oracle import save_first

FRAMES = 4

if __name__ == "__main__":
    save_first(__file__, lambda seed: make(seed, FRAMES))

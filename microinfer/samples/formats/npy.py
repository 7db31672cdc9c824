"""NumPy arrays; read from disk as they are needed, so a large file costs no memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from microinfer.graph.model import Array

REAL = False


def read(path: Path) -> Array:
    """The array of a .npy file, memory-mapped. Raises ValueError when it is none, or holds objects."""
    return np.asanyarray(np.lib.format.open_memmap(path, mode="r"))

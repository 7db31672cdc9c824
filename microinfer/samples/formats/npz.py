"""NumPy archives: the only array, or the one called `x`, `images` or `in0`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from microinfer.graph.model import Array

REAL = False
_NAMES = ("x", "images", "in0")


def read(path: Path) -> Array:
    """The sample array of a .npz file. Raises ValueError where it is not clear which one is meant."""
    with np.load(path, allow_pickle=False) as archive:
        names = archive.files
        chosen = names[:1] if len(names) == 1 else [name for name in _NAMES if name in names][:1]
        if not chosen:
            raise ValueError(f"arrays are {', '.join(names)}; one of them must be called {' or '.join(_NAMES)}")
        return np.asarray(archive[chosen[0]])

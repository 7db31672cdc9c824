"""Images, as real values 0..1 of shape (H, W, channels). Needs Pillow."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from microinfer.errors import InputError
from microinfer.graph.model import Array

REAL = True


def read(path: Path) -> Array:
    """Grey images have one channel, others three; an alpha channel is dropped."""
    try:
        from PIL import Image
    except ImportError:
        raise InputError("reading images needs Pillow: pip install 'microinfer[images]'") from None
    with Image.open(path) as image:
        grey = image.mode in ("1", "L", "LA", "I;16")
        pixels = np.asarray(image.convert("L" if grey else "RGB"), np.float32)
    return (pixels / np.float32(255)).reshape(*pixels.shape[:2], -1)

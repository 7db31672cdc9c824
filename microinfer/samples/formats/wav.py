"""Sound of 16 bits, as real values -1..1 of shape (frames * channels,)."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from microinfer.graph.model import Array

REAL = True


def read(path: Path) -> Array:
    """All frames, channels interleaved. Raises ValueError for other widths than 16 bits."""
    try:
        with wave.open(str(path), "rb") as sound:
            if sound.getsampwidth() != 2:
                raise ValueError(f"{8 * sound.getsampwidth()} bits a frame; 16 are needed")
            frames = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    except (wave.Error, EOFError) as error:
        raise ValueError(str(error)) from error
    return frames.astype(np.float32) / np.float32(32768)

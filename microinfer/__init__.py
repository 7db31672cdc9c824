"""microinfer: quantised networks and int8 kernels for Cortex-M, checked without a board.

`load(path)` reads a .tflite model; `Model.run` computes it in NumPy, bit-exact with TensorFlow Lite Micro.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microinfer.errors import MicroinferError

if TYPE_CHECKING:
    from pathlib import Path

    from microinfer.graph.model import Model

__all__ = ["MicroinferError", "load"]


def load(path: str | Path) -> Model:
    """Model from a .tflite file; raises ModelError when it cannot be read or trusted."""
    from microinfer.graph.tflite import load as read

    return read(path)

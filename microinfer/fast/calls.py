"""Two NumPy functions without the Python around them, which costs as much as a small layer.

They are private to NumPy: `_core` since 2.0, `core` before. Where neither has them the public ones serve.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import numpy as np


def _private(module: str, name: str, public: Callable[..., object]) -> Callable[..., object]:
    for package in ("numpy._core", "numpy.core"):
        try:
            return getattr(import_module(f"{package}.{module}"), name)  # type: ignore[no-any-return]
        except (ImportError, AttributeError):
            continue
    return public


clip = _private("umath", "clip", np.clip)
"""clip(x, low, high, out)"""

einsum = _private("multiarray", "c_einsum", np.einsum)
"""einsum(subscripts, *operands, out=out)"""

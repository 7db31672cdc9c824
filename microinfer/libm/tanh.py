"""Hyperbolic tangent in float32, from expm1f, every step rounding to float32. Source: fdlibm s_tanhf.c."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from microinfer.libm.expm1 import expm1f

_ONE, _TWO = np.float32(1), np.float32(2)
_TINY, _SATURATED = np.float32(2.0**-55), np.float32(22)


def tanhf(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Hyperbolic tangent of float32 `x`, any shape; 1 from 22 on."""
    size = np.abs(x)
    with np.errstate(all="ignore"):
        far = _ONE - _TWO / (expm1f(_TWO * size) + _TWO)
        t = expm1f(-_TWO * size)
        near = -t / (t + _TWO)
        result = np.where(size >= _ONE, far, near)
        result = np.where(size >= _SATURATED, _ONE, result)
    signed = np.copysign(result, x)
    return np.where(np.isnan(x) | (size < _TINY), x, signed).astype(np.float32)

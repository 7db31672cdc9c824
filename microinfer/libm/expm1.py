"""e**x - 1 in float32, within 1 unit in the last place.

x = k ln2 + r with |r| <= ln2 / 2, e**r - 1 by a rational function, then scaled by 2**k; every step rounds to float32.
Source: fdlibm s_expm1f.c.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]

_LN2_HIGH, _LN2_LOW = np.array([0x3F317180, 0x3717F7D1], np.int32).view(np.float32)
_INVERSE_LN2 = np.float32(1.4426950216)
_Q = np.array([0xBD088889, 0x3AD00D01, 0xB8A670CD, 0x36867E54, 0xB457EDBB], np.uint32).view(np.float32)
_ONE, _HALF = np.float32(1), np.float32(0.5)
_BOUNDS = np.array([0x33000000, 0x3EB17218, 0x3F851592, 0x4195B844, 0x42B17218], np.int32)
_TINY, _NO_REDUCTION, _ONE_STEP, _LOWEST, _OVERFLOW = _BOUNDS.view(np.float32)


def expm1f(x: Float32) -> Float32:
    """e**x - 1 of float32 `x`, any shape; -1 below -27 ln2, infinity from 88.7228 on."""
    size = np.abs(x)
    with np.errstate(all="ignore"):
        bounded = np.clip(np.where(np.isnan(x), 0, x), -100, _OVERFLOW).astype(np.float32)
        r, c, k = _reduce(bounded, np.abs(bounded))
        result = _scaled(r, c, k)
        result = np.where(size < _TINY, x, result)
        result = np.where((size >= _LOWEST) & (x < 0), -_ONE, result)
        result = np.where(x >= _OVERFLOW, np.float32(np.inf), result)
    return np.where(np.isnan(x), x, result).astype(np.float32)


def _reduce(x: Float32, size: Float32) -> tuple[Float32, Float32, NDArray[np.int32]]:
    """r, the part of r that rounding lost, and k."""
    sign = np.copysign(_ONE, x)
    rounded = (_INVERSE_LN2 * x + np.copysign(_HALF, x)).astype(np.int32)
    k = np.where(size > _NO_REDUCTION, np.where(size < _ONE_STEP, sign.astype(np.int32), rounded), 0).astype(np.int32)
    steps = k.astype(np.float32)
    high, low = x - steps * _LN2_HIGH, steps * _LN2_LOW
    r = high - low
    return r, (high - r) - low, k


def _scaled(x: Float32, c: Float32, k: NDArray[np.int32]) -> Float32:
    half = _HALF * x
    square = x * half
    series = _ONE + square * (_Q[0] + square * (_Q[1] + square * (_Q[2] + square * (_Q[3] + square * _Q[4]))))
    t = np.float32(3) - series * half
    ratio = square * ((series - t) / (np.float32(6) - x * t))
    plain = x - (x * ratio - square)
    e = (x * (ratio - c) - c) - square
    up = np.where(x < np.float32(-0.25), np.float32(-2) * (e - (x + _HALF)), _ONE + np.float32(2) * (x - e))
    far = np.ldexp(_ONE - (e - x), k) - _ONE
    part = np.ldexp((_ONE - np.ldexp(_ONE, -k)) - (e - x), k)
    most = np.ldexp((x - (e + np.ldexp(_ONE, -k))) + _ONE, k)
    cases = [k == 0, k == -1, k == 1, (k <= -2) | (k > 56), k < 23]
    values = [plain, _HALF * (x - e) - _HALF, up, far, part]
    result: Float32 = np.select(cases, values, most).astype(np.float32)
    return result

"""Sine and cosine in float32, within 0.561 units in the last place.

x = n * pi/2 + y with |y| <= pi/4: below 120 by one product in double, above by fixed point with the digits of 2/pi;
then an odd or even polynomial in double, rounded once. Source: Arm Optimized Routines math/sincosf.h, sinf.c, cosf.c.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

_QUARTERS = float.fromhex("0x1.45F306DC9C883p-1")
_HALF_PI = float.fromhex("0x1.921FB54442D18p0")
_HALF_PI_64 = float.fromhex("0x1.921FB54442D18p-62")
_COSINE = tuple(
    map(
        float.fromhex,
        ("0x1p0", "-0x1.ffffffd0c621cp-2", "0x1.55553e1068f19p-5", "-0x1.6c087e89a359dp-10", "0x1.99343027bf8c3p-16"),
    )
)
_SINE = tuple(map(float.fromhex, ("-0x1.555545995a603p-3", "0x1.1107605230bc4p-7", "-0x1.994eb3774cf24p-13")))
_DIGITS = 0xA2F9836E4E441529FC2757D1F534DDC0DB6295993C439041
"""The first 192 bits of 2/pi after the point."""
_TINY, _QUARTER_PI, _FAST = 2.0**-12, float(np.float32(np.pi / 4)), 120.0


def sinf(x: Float32) -> Float32:
    """Sine of float32 `x` in radians, any shape; NaN for infinities."""
    result = _turned(x, 0)
    return np.where(np.abs(x) < _TINY, x, result).astype(np.float32)


def cosf(x: Float32) -> Float32:
    """Cosine of float32 `x` in radians, any shape; NaN for infinities."""
    result = _turned(x, 1)
    return np.where(np.abs(x) < _TINY, np.float32(1), result).astype(np.float32)


def _turned(x: Float32, quarter: int) -> Float32:
    """sin(x + quarter * pi/2)."""
    finite = np.where(np.isfinite(x), x, 0).astype(np.float32)
    y, n = _reduce(finite)
    result = _polynomial(y, n + quarter)
    return np.where(np.isfinite(x), result, np.nan).astype(np.float32)


def _reduce(x: Float32) -> tuple[Float64, Int64]:
    wide, size = x.astype(np.float64), np.abs(x)
    fast = np.where(size < _FAST, wide, 0)
    n = ((fast * (_QUARTERS * 2.0**24)).astype(np.int64) + 0x800000) >> 24
    n = np.where(size < _QUARTER_PI, 0, n)
    y = fast - n * _HALF_PI
    large = size >= _FAST
    if large.any():
        far_y, far_n = _reduce_large(np.where(large, x, np.float32(_FAST)).astype(np.float32))
        y, n = np.where(large, far_y, y), np.where(large, far_n, n)
    return y, n


def _reduce_large(x: Float32) -> tuple[Float64, Int64]:
    """As `_reduce` for |x| >= 120: the fraction of |x| * 2/pi * 2**62 in 64 bits."""
    bits = np.abs(x).view(np.int32).astype(np.int64)
    windows = [(_DIGITS << 32 >> (216 - 8 * i)) & 0xFFFFFFFF for i in range(24)]
    table = np.array(windows, np.uint64)
    place = (bits >> 26) & 15
    mantissa = (((bits & 0xFFFFFF) | 0x800000) << ((bits >> 23) & 7)).astype(np.uint64)
    top = (mantissa * table[place]) & np.uint64(0xFFFFFFFF)
    fraction = (mantissa * table[place + 8] >> np.uint64(32)) | (top << np.uint64(32))
    fraction = fraction + mantissa * table[place + 4]
    n = (fraction + np.uint64(1 << 61)) >> np.uint64(62)
    rest = (fraction - (n << np.uint64(62))).view(np.int64)
    y = rest.astype(np.float64) * _HALF_PI_64
    return np.where(x < 0, -y, y), np.where(x < 0, -n.astype(np.int64), n.astype(np.int64))


def _polynomial(y: Float64, n: Int64) -> Float64:
    """sin(y + n * pi/2) for |y| <= pi/4."""
    x2 = y * y
    x3 = y * x2
    sine = (y + x3 * _SINE[0]) + (x3 * x2) * (_SINE[1] + x2 * _SINE[2])
    x4 = x2 * x2
    cosine = ((_COSINE[0] + x2 * _COSINE[1]) + x4 * _COSINE[2]) + (x4 * x2) * (_COSINE[3] + x2 * _COSINE[4])
    value = np.where(n & 1, cosine, sine)
    return np.where(n & 2, -value, value)

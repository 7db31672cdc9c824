"""1 / sqrt(x) of positive integers in fixed point, by five Newton steps.

Source: TensorFlow Lite GetInvSqrtQuantizedMultiplierExp, gemmlowp fixedpoint.h.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from microinfer.fixedpoint import (
    Int64Array,
    count_leading_zeros,
    divide_by_power_of_two,
    doubling_high_mult,
    saturating_left_shift,
    wrap32,
)
from microinfer.quant import Multiplier

_ONE_HALF_SQRT_2 = 1518500250
_THREE_HALVES = (1 << 28) + (1 << 27)
_LARGEST = 1 << 29


def _newton(value: Int64Array) -> Int64Array:
    """1 / sqrt(value) for Q3.28 `value` in [1/4, 1); the result is Q3.28 as well."""
    half = divide_by_power_of_two(value, 1)
    x = np.full_like(value, 1 << 28)
    for _ in range(5):
        cube = saturating_left_shift(doubling_high_mult(doubling_high_mult(x, x), x), 6)
        step = doubling_high_mult(_THREE_HALVES, x) - doubling_high_mult(half, cube)
        x = saturating_left_shift(wrap32(step), 3)
    return x


def inverse_square_root(value: ArrayLike) -> Multiplier:
    """Multiplier and shift of 1 / sqrt(value) for int32 values >= 0; 0 counts as 1."""
    x = np.asarray(value, np.int64)
    shift = np.full_like(x, 11)
    reduced = x.copy()
    while np.any(reduced >= _LARGEST):
        large = reduced >= _LARGEST
        reduced = np.where(large, reduced // 4, reduced)
        shift += large
    reduced = np.maximum(reduced, 2)
    pairs = (count_leading_zeros(reduced) - 1) // 2 - 1
    shift = shift - pairs
    root = doubling_high_mult(_newton((reduced << (2 * pairs)) >> 1), _ONE_HALF_SQRT_2)
    root = wrap32(root << np.maximum(-shift, 0))
    multiplier = np.where(x <= 1, 2**31 - 1, root)
    exponent = np.where(x <= 1, 0, -np.maximum(shift, 0))
    return Multiplier(multiplier.astype(np.int32), exponent.astype(np.int32))

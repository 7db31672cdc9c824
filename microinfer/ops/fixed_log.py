"""Natural logarithm of fixed-point numbers from 1 on.

x = 2**k * z with z near sqrt(sqrt(1/2)); the logarithm of z is a quotient of short polynomials, worked out for two
normalisations of x of which the nearer is taken.
Source: TensorFlow Lite log_x_for_x_greater_than_or_equal_to_1_impl (kernels/internal/common.h).
"""

from __future__ import annotations

import numpy as np

from microinfer.fixedpoint import (
    INT32_MAX,
    INT32_MIN,
    Int64Array,
    count_leading_zeros,
    divide_by_power_of_two,
    one_over_one_plus_x,
    rounding_half_sum,
    saturating_left_shift,
    wrap32,
)
from microinfer.fixedpoint import doubling_high_mult as mul

_LOG_2 = 1488522236
_SQRT_SQRT_HALF = 1805811301
_SQRT_HALF = 1518500250
_QUARTER = 536870912
_NUMERATOR = 117049297
_DENOMINATOR = 127690142, 1057819769, 638450708


def fixed_log(x: Int64Array, integer_bits: int, output_bits: int) -> Int64Array:
    """Logarithm of `x` >= 1 with `integer_bits` before the point, with `output_bits` before the point."""
    bits = output_bits + 1
    quarter = divide_by_power_of_two(_QUARTER, bits)
    zeros = count_leading_zeros(x)
    first = saturating_left_shift(mul(saturating_left_shift(x, zeros - 1), _SQRT_HALF), 1)
    first_power = np.clip(_whole(integer_bits - zeros, bits) + quarter, INT32_MIN, INT32_MAX)
    headroom = count_leading_zeros(mul(x, _SQRT_HALF)) - 1
    second = saturating_left_shift(x, headroom)
    second_power = np.clip(_whole(integer_bits - headroom, bits) - quarter, INT32_MIN, INT32_MAX)
    numerator, reciprocal = _quotient(np.minimum(first, second))
    power = np.maximum(first_power, second_power)
    total = mul(power, _LOG_2) + mul(divide_by_power_of_two(numerator, bits), reciprocal)
    return saturating_left_shift(wrap32(total), 1)


def _whole(number: Int64Array, integer_bits: int) -> Int64Array:
    return saturating_left_shift(number, 31 - integer_bits)


def _quotient(r: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Numerator and reciprocal denominator of the logarithm of `r`, both Q0.31."""
    half_sum = rounding_half_sum(r, _SQRT_SQRT_HALF)
    q = wrap32(2 * wrap32(r - _SQRT_SQRT_HALF))
    square = mul(q, q)
    numerator = wrap32(mul(q, r) + mul(mul(q, square), _NUMERATOR))
    quadratic, constant, linear = _DENOMINATOR
    inner = wrap32(wrap32(constant + q) + mul(quadratic, square))
    return numerator, one_over_one_plus_x(wrap32(mul(half_sum, inner) + mul(linear, q)))

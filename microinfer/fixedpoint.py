"""Fixed-point arithmetic of CMSIS-NN and gemmlowp on int64 arrays that stand for int32 values.

Every function takes arrays or integers whose values fit int32 and returns int64 arrays whose values fit int32; `wrap32`
says where C would wrap. Names follow the CMSIS-NN support functions (arm_nnsupportfunctions.h).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int64Array = NDArray[np.int64]

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1


def wrap32(value: ArrayLike) -> Int64Array:
    """Low 32 bits of `value` as a signed number."""
    return np.asarray(value, np.int64).astype(np.int32).astype(np.int64)


def saturating_left_shift(value: ArrayLike, bits: ArrayLike) -> Int64Array:
    """`value << bits` for bits 0..31, saturated to int32."""
    shifted: Int64Array = np.clip(np.asarray(value, np.int64) << np.asarray(bits, np.int64), INT32_MIN, INT32_MAX)
    return shifted


def doubling_high_mult_no_sat(a: ArrayLike, b: ArrayLike) -> Int64Array:
    """High half of 2ab, ties toward plus infinity, wrapping (arm_nn_doubling_high_mult_no_sat)."""
    product = np.asarray(a, np.int64) * np.asarray(b, np.int64)
    return wrap32((product + (1 << 30)) >> 31)


def doubling_high_mult(a: ArrayLike, b: ArrayLike) -> Int64Array:
    """High half of 2ab, ties toward plus infinity, INT32_MAX for a == b == INT32_MIN (arm_nn_doubling_high_mult)."""
    product = np.asarray(a, np.int64) * np.asarray(b, np.int64)
    high: Int64Array = np.minimum((product + (1 << 30)) >> 31, INT32_MAX)
    return high


def divide_by_power_of_two(dividend: ArrayLike, exponent: ArrayLike) -> Int64Array:
    """`dividend / 2**exponent` for exponents 0..31, ties away from zero (arm_nn_divide_by_power_of_two)."""
    x, e = np.asarray(dividend, np.int64), np.asarray(exponent, np.int64)
    mask = (np.int64(1) << e) - 1
    threshold = (mask >> 1) + (x < 0)
    return (x >> e) + ((x & mask) > threshold)


def requantize_double(value: ArrayLike, multiplier: ArrayLike, shift: ArrayLike) -> Int64Array:
    """Scale int32 `value` by `multiplier * 2**(shift - 31)`, rounding twice (arm_nn_requantize, default build).

    `multiplier` is Q0.31, `shift` is positive to the left; both broadcast against `value`, so per-channel arrays of
    shape (C,) serve NHWC values. The left shift wraps as int32 does.
    """
    exponent = np.asarray(shift, np.int64)
    shifted = wrap32(np.asarray(value, np.int64) << np.maximum(exponent, 0))
    return divide_by_power_of_two(doubling_high_mult_no_sat(shifted, multiplier), np.maximum(-exponent, 0))


def requantize_single(value: ArrayLike, multiplier: ArrayLike, shift: ArrayLike) -> Int64Array:
    """As `requantize_double`, rounding once, ties toward plus infinity (CMSIS_NN_USE_SINGLE_ROUNDING)."""
    product = np.asarray(value, np.int64) * np.asarray(multiplier, np.int64)
    return wrap32(((product >> (30 - np.asarray(shift, np.int64))) + 1) >> 1)


def requantize_float32(value: ArrayLike, multiplier: ArrayLike, shift: ArrayLike) -> Int64Array:
    """As `requantize_double`, in float32: the nearest integer, ties to even, of the product with the scale (XNNPACK).

    Exact only for multipliers that are float32 numbers, as ratios formed in float32 are.
    """
    scale = np.ldexp(np.asarray(multiplier, np.float64), np.asarray(shift, np.int64) - 31).astype(np.float32)
    product = np.asarray(value, np.int64).astype(np.float32) * scale
    rounded: Int64Array = np.clip(np.rint(product).astype(np.float64), INT32_MIN, INT32_MAX).astype(np.int64)
    return rounded


def reduced_multiplier(multiplier: ArrayLike) -> Int64Array:
    """Q0.31 `multiplier` rounded to Q0.15, at most 0x7FFF, as 64-bit accumulators are scaled by (REDUCE_MULTIPLIER)."""
    m = np.asarray(multiplier, np.int64)
    return np.where(m < 0x7FFF0000, (m + (1 << 15)) >> 16, 0x7FFF)


def requantize_s64(value: ArrayLike, reduced: ArrayLike, shift: ArrayLike) -> Int64Array:
    """Scale 64-bit `value` by `reduced * 2**(shift - 15)`, ties toward plus infinity (arm_nn_requantize_s64).

    Only 32 bits survive before the last bit is rounded off, so results beyond 31 bits wrap.
    """
    product = np.asarray(value, np.int64) * np.asarray(reduced, np.int64)
    return wrap32(wrap32(product >> (14 - np.asarray(shift, np.int64))) + 1) >> 1


def requantize_s64_to_int32(value: ArrayLike, reduced: ArrayLike, shift: ArrayLike) -> Int64Array:
    """As `requantize_s64`, with all 32 bits of the result (TensorFlow Lite MultiplyByQuantizedMultiplier of int64)."""
    product = np.asarray(value, np.int64) * np.asarray(reduced, np.int64)
    bits = 15 - np.asarray(shift, np.int64)
    return wrap32((product + (np.int64(1) << (bits - 1))) >> bits)


def count_leading_zeros(value: ArrayLike) -> Int64Array:
    """Leading zero bits of the 32-bit pattern of `value`; 32 for zero (CLZ)."""
    pattern = np.asarray(value, np.int64) & 0xFFFFFFFF
    return 32 - np.frexp(pattern.astype(np.float64))[1].astype(np.int64)


_EXP_STEPS = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
_EXP_MINUS_EIGHTH = 1895147668
_ONE_THIRD = 715827883


def exp_on_negative_values(value: ArrayLike, integer_bits: int = 5) -> Int64Array:
    """exp of non-positive values with `integer_bits` (2..5) before the point as Q0.31.

    A quarter-wide remainder goes through a fourth-order polynomial around -1/8; each set bit of the rest multiplies by
    exp(-2**k), k from -2 to integer_bits - 1. Source: gemmlowp exp_on_negative_values; with 5 bits
    arm_nn_exp_on_negative_values.
    """
    v = np.asarray(value, np.int64)
    quarter_bits = 29 - integer_bits
    remainder = (v & ((1 << quarter_bits) - 1)) - (1 << quarter_bits)
    steps = remainder - v
    x = wrap32((remainder << integer_bits) + (1 << 28))
    x2 = doubling_high_mult(x, x)
    x4_quarter = divide_by_power_of_two(doubling_high_mult(x2, x2), 2)
    tail = divide_by_power_of_two(doubling_high_mult(x4_quarter + doubling_high_mult(x2, x), _ONE_THIRD) + x2, 1)
    result = _EXP_MINUS_EIGHTH + doubling_high_mult(_EXP_MINUS_EIGHTH, wrap32(x + tail))
    for bit, factor in enumerate(_EXP_STEPS[: integer_bits + 2], start=quarter_bits):
        result = np.where((steps >> bit) & 1, doubling_high_mult(result, factor), result)
    return np.where(v == 0, INT32_MAX, result)


def rounding_half_sum(a: ArrayLike, b: ArrayLike) -> Int64Array:
    """(a + b) / 2, ties away from zero (gemmlowp RoundingHalfSum)."""
    total = np.asarray(a, np.int64) + np.asarray(b, np.int64)
    rounded = total + np.where(total >= 0, 1, -1)
    half: Int64Array = np.sign(rounded) * (np.abs(rounded) >> 1)
    return half


def _reciprocal_of_half_sum(value: ArrayLike) -> Int64Array:
    """2 / (1 + x) for x in [0, 1) as Q2.29, by three Newton steps from 48/17 - 32/17 * (1 + x) / 2."""
    half = rounding_half_sum(value, INT32_MAX)
    x = 1515870810 + doubling_high_mult(half, -1010580540)
    for _ in range(3):
        x = wrap32(x + saturating_left_shift(doubling_high_mult(x, (1 << 29) - doubling_high_mult(half, x)), 2))
    return x


def one_over_one_plus_x(value: ArrayLike) -> Int64Array:
    """1 / (1 + x) for x in [0, 1) as Q0.31 (arm_nn_one_over_one_plus_x_for_x_in_0_1)."""
    return saturating_left_shift(_reciprocal_of_half_sum(value), 1)


def one_minus_x_over_one_plus_x(value: ArrayLike) -> Int64Array:
    """(1 - x) / (1 + x) for x in [0, 1) as Q0.31 (gemmlowp one_minus_x_over_one_plus_x_for_x_in_0_1)."""
    return saturating_left_shift(_reciprocal_of_half_sum(value) - (1 << 29), 2)

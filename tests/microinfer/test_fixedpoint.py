"""Fixed-point arithmetic against its definition in Python integers."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from microinfer import fixedpoint
from tests.microinfer import integers
from tests.microinfer.drawn import MANY, int32, multiplier
from tests.microinfer.integers import INT32_MAX, INT32_MIN

shift = st.integers(-31, 30)


@pytest.mark.parametrize(
    ("value", "wrapped"),
    [(0, 0), (INT32_MAX, INT32_MAX), (2**31, INT32_MIN), (-(2**31) - 1, INT32_MAX), (2**32, 0), (2**40 + 5, 5)],
)
def test_wrap32_keeps_the_low_word(value: int, wrapped: int) -> None:
    assert fixedpoint.wrap32(value) == wrapped


@pytest.mark.parametrize(
    ("value", "bits", "shifted"),
    [(3, 2, 12), (-3, 2, -12), (2**29, 2, INT32_MAX), (-(2**29), 2, INT32_MIN), (-(2**29) - 1, 2, INT32_MIN)],
)
def test_saturating_left_shift(value: int, bits: int, shifted: int) -> None:
    assert fixedpoint.saturating_left_shift(value, bits) == shifted


@pytest.mark.parametrize(
    ("a", "b", "high"),
    [
        (1 << 30, 1, 1),  # half rounds up
        (1 << 30, -1, 0),  # minus a half rounds up as well
        (1 << 30, -3, -1),  # minus one and a half
        (-(1 << 30), 1 << 30, -(1 << 29)),
        (INT32_MAX, INT32_MAX, INT32_MAX - 1),
        (INT32_MIN, INT32_MAX, -INT32_MAX),
    ],
)
def test_doubling_high_mult_rounds_ties_up(a: int, b: int, high: int) -> None:
    assert fixedpoint.doubling_high_mult(a, b) == high
    assert fixedpoint.doubling_high_mult_no_sat(a, b) == high


def test_the_two_high_halves_differ_only_at_the_lowest_values() -> None:
    assert fixedpoint.doubling_high_mult(INT32_MIN, INT32_MIN) == INT32_MAX
    assert fixedpoint.doubling_high_mult_no_sat(INT32_MIN, INT32_MIN) == INT32_MIN


@MANY
@given(int32, int32)
def test_doubling_high_mult_is_the_rounded_product(a: int, b: int) -> None:
    assert fixedpoint.doubling_high_mult(a, b) == integers.saturating_high(a, b)
    assert fixedpoint.doubling_high_mult_no_sat(a, b) == integers.wrap(integers.half_up(Fraction(a * b, 2**31)))


@pytest.mark.parametrize(
    ("dividend", "exponent", "quotient"),
    [(5, 0, 5), (5, 1, 3), (-5, 1, -3), (4, 3, 1), (-4, 3, -1), (3, 3, 0), (-3, 3, 0), (INT32_MIN, 31, -1)],
)
def test_divide_by_power_of_two_rounds_ties_away_from_zero(dividend: int, exponent: int, quotient: int) -> None:
    assert fixedpoint.divide_by_power_of_two(dividend, exponent) == quotient


@MANY
@given(int32, st.integers(0, 31))
def test_divide_by_power_of_two_is_the_rounded_quotient(dividend: int, exponent: int) -> None:
    expected = integers.half_away(Fraction(dividend, 2**exponent))
    assert fixedpoint.divide_by_power_of_two(dividend, exponent) == expected


@MANY
@given(int32, multiplier, shift)
@example(INT32_MIN, 2**30, 30)
@example(INT32_MIN, INT32_MAX, -31)
@example(3, 2**30, -1)
def test_requantize_is_its_definition(value: int, factor: int, left: int) -> None:
    assert fixedpoint.requantize_double(value, factor, left) == integers.requantize(value, factor, left, "double")
    assert fixedpoint.requantize_single(value, factor, left) == integers.requantize(value, factor, left, "single")


@pytest.mark.parametrize(
    ("value", "left", "double", "single"),
    [
        (1, 1, 1, 1),  # times 1
        (1, 0, 1, 1),  # 0.5: both up
        (-1, 0, 0, 0),  # -0.5: both toward plus infinity, nothing is left to shift
        (2, -1, 1, 1),  # 0.5 after one step: away from zero
        (-2, -1, -1, 0),  # -0.5: away from zero; toward plus infinity
        (1, -1, 1, 0),  # 0.25 becomes 1 and then 0.5 in two steps
        (-3, -1, -1, -1),  # -0.75
        (-5, -1, -1, -1),  # -1.25
        (5, -1, 2, 1),  # 1.25 becomes 3 and then 1.5 in two steps
    ],
)
def test_requantize_by_half_in_small_numbers(value: int, left: int, double: int, single: int) -> None:
    """Multiplier 2**30 is a half; `left` moves the binary point."""
    assert fixedpoint.requantize_double(value, 1 << 30, left) == double
    assert fixedpoint.requantize_single(value, 1 << 30, left) == single


def test_requantize_takes_one_factor_a_channel() -> None:
    values = np.array([[100, 100, 100], [-7, -7, -7]])
    scaled = fixedpoint.requantize_double(values, np.array([1 << 30, 1 << 30, 1 << 30]), np.array([1, 0, -2]))
    np.testing.assert_array_equal(scaled, [[100, 50, 13], [-7, -3, -1]])


def test_left_shift_in_requantize_wraps_like_int32() -> None:
    assert fixedpoint.requantize_double(1 << 30, 1 << 30, 1) == -(1 << 30)
    assert fixedpoint.requantize_single(1 << 30, 1 << 30, 2) == INT32_MIN


@MANY
@given(int32)
def test_count_leading_zeros_is_the_length_that_is_missing(value: int) -> None:
    assert fixedpoint.count_leading_zeros(value) == 32 - (value & 0xFFFFFFFF).bit_length()


def test_count_leading_zeros_at_every_power_of_two() -> None:
    for bit in range(32):
        around = np.array([(1 << bit) - 1, 1 << bit])
        np.testing.assert_array_equal(fixedpoint.count_leading_zeros(around), [32 - bit, 31 - bit])


@MANY
@given(st.one_of(st.integers(INT32_MIN, 0), st.integers(-(2**24), 0)))
@example(INT32_MIN)
@example(-1)
@example(-(2**24))
def test_exp_is_its_definition_and_close_to_exp(value: int) -> None:
    result = int(fixedpoint.exp_on_negative_values(value))
    assert result == integers.exp_on_negative(value)
    assert abs(result / 2**31 - math.exp(value / 2**26)) < 500 / 2**31


@pytest.mark.parametrize(("value", "result"), [(0, INT32_MAX), (INT32_MIN, 0), (-(31 << 26), 0)])
def test_exp_at_its_ends(value: int, result: int) -> None:
    assert fixedpoint.exp_on_negative_values(value) == result


def test_exp_never_falls() -> None:
    values = np.arange(-(2**31), 1, 65521)
    assert np.all(np.diff(fixedpoint.exp_on_negative_values(values)) >= 0)


@MANY
@given(st.integers(0, INT32_MAX))
@example(0)
@example(INT32_MAX)
@example(1 << 30)
def test_reciprocal_is_its_definition_and_close_to_the_quotient(value: int) -> None:
    result = int(fixedpoint.one_over_one_plus_x(value))
    assert result == integers.reciprocal(value)
    assert abs(result / 2**31 - 1 / (1 + value / 2**31)) < 8 / 2**31


def test_reciprocal_at_its_ends() -> None:
    np.testing.assert_array_equal(fixedpoint.one_over_one_plus_x([0, INT32_MAX]), [INT32_MAX, 1073741820])

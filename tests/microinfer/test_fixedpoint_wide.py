"""Scaling 64-bit sums: against exact fractions, and where 32 bits end."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.fixedpoint import reduced_multiplier, requantize_s64, requantize_s64_to_int32
from microinfer.numerics import profile
from microinfer.quant import quantize_multiplier
from tests.microinfer import drawn, integers


@pytest.mark.parametrize(
    ("multiplier", "reduced"),
    [(1 << 30, 1 << 14), ((1 << 30) + 32767, 1 << 14), ((1 << 30) + 32768, (1 << 14) + 1), (0x7FFEFFFF, 0x7FFF),
     (0x7FFF0000, 0x7FFF), (0x7FFFFFFF, 0x7FFF), (0, 0)],
)  # fmt: skip
def test_a_multiplier_is_rounded_to_16_bits(multiplier: int, reduced: int) -> None:
    assert reduced_multiplier(multiplier) == reduced


@drawn.MANY
@given(st.integers(-(2**40), 2**40), st.integers(2**14, 2**15 - 1), st.integers(-31, -12))
def test_results_of_30_bits_are_rounded_half_up(value: int, reduced: int, shift: int) -> None:
    expected = integers.half_up(Fraction(value * reduced) * Fraction(2) ** (shift - 15))
    assert requantize_s64(value, reduced, shift) == expected
    assert requantize_s64_to_int32(value, reduced, shift) == expected


def test_cmsis_nn_wraps_at_31_bits_and_tflm_at_32() -> None:
    doubled = (1 << 14, 2)
    assert requantize_s64((1 << 29) - 1, *doubled) == (1 << 30) - 2
    assert requantize_s64(1 << 29, *doubled) == -(1 << 30)
    assert requantize_s64_to_int32(1 << 29, *doubled) == 1 << 30
    assert requantize_s64_to_int32(1 << 30, *doubled) == -(1 << 31)


def test_profiles_say_where_64_bit_sums_wrap() -> None:
    factor = quantize_multiplier(2.0)
    wide = {name: int(profile(name).default.requantize_wide(1 << 29, factor)) for name in ("tflm", "cmsis-nn")}
    assert wide == {"tflm": 1 << 30, "cmsis-nn": -(1 << 30)}

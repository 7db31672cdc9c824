"""Fixed-point functions that LOGISTIC, TANH and LOG_SOFTMAX add: against the real functions."""

from __future__ import annotations

import numpy as np
import pytest

from microinfer.fixedpoint import exp_on_negative_values, one_minus_x_over_one_plus_x, rounding_half_sum
from microinfer.ops.fixed_log import fixed_log


@pytest.mark.parametrize("integer_bits", [2, 3, 4, 5])
def test_exp_with_few_integer_bits(integer_bits: int) -> None:
    x = -np.arange(0, 2**31, 9_999_991, dtype=np.int64)
    exact = np.exp(x / 2.0 ** (31 - integer_bits)) * 2.0**31
    assert np.abs(exp_on_negative_values(x, integer_bits) - exact).max() < 2.0**14


def test_one_minus_x_over_one_plus_x() -> None:
    x = np.arange(0, 2**31, 9_999_991, dtype=np.int64)
    real = x / 2.0**31
    assert np.abs(one_minus_x_over_one_plus_x(x) - (1 - real) / (1 + real) * 2.0**31).max() < 32


def test_half_sums_round_away_from_zero() -> None:
    assert rounding_half_sum([3, -3, 3, -5, 0], [4, -4, 5, 4, 0]).tolist() == [4, -4, 4, -1, 0]


def test_fixed_log() -> None:
    x = np.arange(2**19, 2**31, 9_999_991, dtype=np.int64)
    exact = np.log(x / 2.0**19) * 2.0**26
    assert np.abs(fixed_log(x, 12, 5) - exact).max() < 2.0**11

"""Row sums, int16 activations and ReLU of CMSIS-NN, by hand and against real functions."""

from __future__ import annotations

import numpy as np
import pytest

from microinfer.cmsis.activation import nn_activation_s16, relu, relu6_s8
from microinfer.cmsis.vector_sum import vector_sum_s8, vector_sum_s8_s64
from microinfer.errors import UnknownName

WEIGHTS = np.array([[1, 2, 3], [-4, 0, -128]], np.int8)
ALL_INT16 = np.arange(-32768, 32768).astype(np.int16)


def test_row_sums_times_an_offset() -> None:
    bias = np.array([100, -1], np.int32)
    np.testing.assert_array_equal(vector_sum_s8(WEIGHTS, 10), [60, -1320])
    np.testing.assert_array_equal(vector_sum_s8(WEIGHTS, 10, rhs_offset=5, bias=bias), [310, -1171])
    np.testing.assert_array_equal(vector_sum_s8(WEIGHTS, 0, bias=bias), bias)


def test_32_bit_row_sums_wrap_and_64_bit_ones_do_not() -> None:
    np.testing.assert_array_equal(vector_sum_s8(WEIGHTS, 1 << 30), [6 * 2**30 % 2**32 - 2**32, 0])
    np.testing.assert_array_equal(vector_sum_s8_s64(WEIGHTS, 1 << 30), [6 * 2**30, -132 * 2**30])
    assert vector_sum_s8_s64(WEIGHTS, 1, np.array([2**40, 0])).tolist() == [2**40 + 6, -132]


@pytest.mark.parametrize("left_shift", [-4, -1, 0, 2, 5])
def test_activations_follow_the_real_functions(left_shift: int) -> None:
    """The table is good to about 3 steps of 2**-15 for the sigmoid; tanh has twice its slope."""
    real = ALL_INT16 * 2.0 ** (left_shift - 12)
    with np.errstate(over="ignore"):
        sigmoid = 32768 / (1 + np.exp(-real))
    assert np.abs(nn_activation_s16(ALL_INT16, left_shift, "sigmoid") - sigmoid).max() < 4
    assert np.abs(nn_activation_s16(ALL_INT16, left_shift, "tanh") - 32768 * np.tanh(real)).max() < 6


def test_values_of_both_ends_and_zero() -> None:
    ends = np.array([-32768, 0, 32767], np.int16)
    np.testing.assert_array_equal(nn_activation_s16(ends, 0, "sigmoid"), [11, 16384, 32757])
    np.testing.assert_array_equal(nn_activation_s16(ends, 0, "tanh"), [-32767, 0, 32767])


def test_other_activations_are_refused() -> None:
    with pytest.raises(UnknownName, match="no activation 'relu'; known: sigmoid, tanh"):
        nn_activation_s16(ALL_INT16, 0, "relu")


def test_relu_and_relu6_work_on_stored_values() -> None:
    x = np.array([-128, -1, 0, 5, 6, 7, 127], np.int8)
    np.testing.assert_array_equal(relu(x), [0, 0, 0, 5, 6, 7, 127])
    np.testing.assert_array_equal(relu6_s8(x), [0, 0, 0, 5, 6, 6, 6])
    np.testing.assert_array_equal(relu(np.array([-32768, 300], np.int16)), [0, 300])
    assert (relu(x).dtype, relu6_s8(x).dtype) == (np.int8, np.int8)

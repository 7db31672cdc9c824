"""Scales to integers, against math.frexp and against TensorFlow Lite's formulas in Python floats."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from microinfer.errors import ModelError
from microinfer.quant import (
    Clamp,
    SoftmaxScaling,
    activation_range,
    quantize_multiplier,
    round_half_away,
    softmax_scaling,
)
from tests.microinfer import integers
from tests.microinfer.drawn import MANY, fused, scale, zero_point


@pytest.mark.parametrize(
    ("value", "rounded"), [(0.5, 1), (-0.5, -1), (1.5, 2), (-2.5, -3), (2.4, 2), (-2.6, -3), (0.0, 0)]
)
def test_round_half_away(value: float, rounded: float) -> None:
    assert round_half_away(value) == rounded


@pytest.mark.parametrize(
    ("real", "multiplier", "shift"),
    [
        (0.0, 0, 0),
        (0.5, 1 << 30, 0),
        (1.0, 1 << 30, 1),
        (0.75, 3 << 29, 0),
        (2.0**-32, 1 << 30, -31),
        (2.0**-33, 0, 0),  # below what a right shift of 31 can express
        (1.0 - 2.0**-53, 1 << 30, 1),  # the mantissa rounds up to 2**31
        (2.0**29, 1 << 30, 30),
    ],
)
def test_quantize_multiplier_of_known_factors(real: float, multiplier: int, shift: int) -> None:
    factor = quantize_multiplier(real)
    assert (int(factor.multiplier), int(factor.shift)) == (multiplier, shift)
    assert factor.multiplier.dtype == factor.shift.dtype == np.int32


@MANY
@given(st.floats(0, 2.0**29))
@example(2.0**29 - 2.0**-24)
@example(5e-324)
def test_quantize_multiplier_follows_frexp(real: float) -> None:
    factor = quantize_multiplier(real)
    assert (int(factor.multiplier), int(factor.shift)) == integers.multiplier_of(real)


@MANY
@given(st.floats(2.0**-32, 2.0**29))
def test_quantize_multiplier_is_close_to_the_factor(real: float) -> None:
    factor = quantize_multiplier(real)
    assert math.ldexp(int(factor.multiplier), int(factor.shift) - 31) == pytest.approx(real, rel=2.0**-31)


def test_quantize_multiplier_keeps_the_shape() -> None:
    factor = quantize_multiplier(np.array([0.5, 0.0, 3.0]))
    np.testing.assert_array_equal(factor.multiplier, [1 << 30, 0, 3 << 29])
    np.testing.assert_array_equal(factor.shift, [0, 0, 2])


@pytest.mark.parametrize("real", [-1.0, math.inf, math.nan, [0.5, -0.25]])
def test_quantize_multiplier_refuses_what_is_no_factor(real: float) -> None:
    with pytest.raises(ModelError, match="scale ratio"):
        quantize_multiplier(real)


def test_quantize_multiplier_refuses_large_factors() -> None:
    with pytest.raises(ModelError, match="needs left shift 31; 30 is the most"):
        quantize_multiplier(2.0**30)
    assert int(quantize_multiplier(2.0**30, largest_shift=31).shift) == 31


@pytest.mark.parametrize(
    ("name", "bounds"),
    [("NONE", (-128, 127)), ("RELU", (3, 127)), ("RELU6", (3, 63)), ("RELU_N1_TO_1", (-7, 13))],
)
def test_activation_range_in_quantised_units(name: str, bounds: tuple[int, int]) -> None:
    """Scale 0.1, zero point 3: one is 10 steps, six is 60."""
    assert activation_range(name, 0.1, 3, "int8") == Clamp(*bounds)


@pytest.mark.parametrize(
    ("dtype", "bounds"),
    [("int8", (-128, 127)), ("uint8", (0, 255)), ("int16", (-32768, 32767)), ("int32", (-(2**31), 2**31 - 1))],
)
def test_activation_range_without_activation_is_the_dtype(dtype: str, bounds: tuple[int, int]) -> None:
    assert activation_range("NONE", 0.1, 0, dtype) == Clamp(*bounds)


@MANY
@given(fused, scale, zero_point)
def test_activation_range_lies_in_the_dtype_and_around_the_reals(name: str, step: float, zero: int) -> None:
    clamp = activation_range(name, step, zero, "int8")
    low, high = {"NONE": (-1e9, 1e9), "RELU": (0, 1e9), "RELU6": (0, 6), "RELU_N1_TO_1": (-1, 1)}[name]
    assert clamp.min >= -128 and clamp.max <= 127
    assert clamp.min == -128 or abs((clamp.min - zero) * step - low) <= step * 0.50001
    assert clamp.max == 127 or abs((clamp.max - zero) * step - high) <= step * 0.50001


def test_activation_range_refuses_unknown_activations() -> None:
    with pytest.raises(ModelError, match="TANH has no quantised form; known: NONE, RELU"):
        activation_range("TANH", 0.1, 0, "int8")


def test_clamp_includes_both_ends() -> None:
    np.testing.assert_array_equal(Clamp(-3, 4)(np.array([-9, -3, 0, 4, 5])), [-3, -3, 0, 4, 4])


@pytest.mark.parametrize(
    ("beta", "input_scale", "expected"),
    [
        (1.0, 1.0, SoftmaxScaling(1 << 30, 27, -15)),  # 2**26 is 0.5 * 2**27; 31 * 2**26 / 2**27 is 15.5
        (1.0, 1 / 16, SoftmaxScaling(1 << 30, 23, -248)),
        (2.0, 1 / 16, SoftmaxScaling(1 << 30, 24, -124)),
        (1.0, 64.0, SoftmaxScaling(2**31 - 1, 31, 0)),  # saturated to 2**31 - 1
    ],
)
def test_softmax_scaling(beta: float, input_scale: float, expected: SoftmaxScaling) -> None:
    assert softmax_scaling(beta, input_scale) == expected


@pytest.mark.parametrize(("beta", "input_scale"), [(0.0, 1.0), (-1.0, 1.0), (math.nan, 1.0), (1.0, 2.0**-26)])
def test_softmax_scaling_refuses_factors_up_to_one(beta: float, input_scale: float) -> None:
    with pytest.raises(ModelError, match="too small to scale"):
        softmax_scaling(beta, input_scale)

"""QUANTIZE from float32 and between integer types."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.ops.quantize import quantize
from tests.microinfer import drawn, integers
from tests.microinfer.layers import Activation, one_layer, run

RANGES = {"int8": (-128, 127), "uint8": (0, 255), "int16": (-32768, 32767)}


def test_ties_round_away_from_zero_before_the_zero_point_is_added() -> None:
    x = np.array([0.25, -0.25, 0.75, -0.75, 0.2, 0.0], np.float32)
    np.testing.assert_array_equal(quantize(x, 0.5, 10, "int8"), [11, 9, 12, 8, 10, 10])


@pytest.mark.parametrize("dtype", ["int8", "int16"])
def test_saturation(dtype: str) -> None:
    low, high = RANGES[dtype]
    x = np.array([1e9, -1e9, np.inf, -np.inf, 3e38, np.nan], np.float32)
    np.testing.assert_array_equal(quantize(x, 0.001, 5, dtype), [high, low, high, low, high, low])


@pytest.mark.parametrize("dtype", ["int8", "int16"])
def test_quantize_in_a_model(dtype: str) -> None:
    model = one_layer("QUANTIZE", [Activation((1, 3), dtype="float32")], Activation((1, 3), 0.5, -1, dtype))
    y = run(model, np.array([[0.0, 1.0, -2.5]], np.float32))
    np.testing.assert_array_equal(y, [[-1, 1, -6]])
    assert y.dtype == dtype


@drawn.MANY
@given(st.floats(-1000, 1000, width=32), drawn.scale, drawn.zero_point)
def test_quantize_divides_in_float32(value: float, scale: float, zero: int) -> None:
    ratio = float(np.float32(value) / np.float32(scale))
    expected = integers.clamp(integers.half_away(Fraction(ratio)) + zero, -128, 127)
    assert quantize(np.array([value], np.float32), scale, zero, "int8").item() == expected


@pytest.mark.parametrize(
    ("value", "scale", "stored"),
    [(32.82064437866211, 0.4655410647392273, 71), (-36.013397216796875, 0.9354129433631897, -39)],
)
def test_a_quotient_that_only_float32_rounds_to_a_tie(value: float, scale: float, stored: int) -> None:
    """In double these lie just below 70.5 and 38.5."""
    assert abs(value / scale) < abs(stored) - 0.5
    assert quantize(np.array([value], np.float32), scale, 0, "int8").item() == stored


def test_requantise_halves_with_ties_as_the_runtime_has_them() -> None:
    model = one_layer("QUANTIZE", [Activation((1, 4), 0.5, 1)], Activation((1, 4), 1.0, -1))
    x = np.array([[2, 0, 4, -2]], np.int8)  # 1 -1 3 -3 halves
    np.testing.assert_array_equal(run(model, x), [[0, -1, 1, -2]])


@pytest.mark.parametrize(
    ("source", "target", "x", "y"),
    [
        (Activation((1, 2), 1.0, 0, "uint8"), Activation((1, 2), 1.0, -128, "int8"), [0, 255], [-128, 127]),
        (Activation((1, 2), 1.0, -128, "int8"), Activation((1, 2), 1.0, 0, "uint8"), [-128, 127], [0, 255]),
        (Activation((1, 2), 1.0, 0, "int8"), Activation((1, 2), 2.0**-8, 0, "int16"), [-128, 127], [-32768, 32512]),
        (Activation((1, 2), 2.0**-8, 0, "int16"), Activation((1, 2), 1.0, 0, "int8"), [-32768, 32767], [-128, 127]),
        (Activation((1, 2), 1.0, 0, "int16"), Activation((1, 2), 1.0, 0, "int8"), [-300, 300], [-128, 127]),
        (Activation((1, 2), 1.0, 0, "int16"), Activation((1, 2), 0.25, 0, "int16"), [-9000, 5], [-32768, 20]),
    ],
)
def test_requantise_between_types(source: Activation, target: Activation, x: list[int], y: list[int]) -> None:
    output = run(one_layer("QUANTIZE", [source], target), np.array([x], source.dtype))
    np.testing.assert_array_equal(output, [y])
    assert output.dtype == target.dtype


@drawn.SOME
@given(drawn.scale, drawn.scale, drawn.zero_point, drawn.zero_point,
       st.sampled_from(["tflm", "cmsis-nn-single-rounding"]), drawn.seed)  # fmt: skip
def test_requantise_is_its_formula(
    in_scale: float, out_scale: float, in_zero: int, out_zero: int, profile: str, seed: int
) -> None:
    x = drawn.int8_array(np.random.default_rng(seed), (1, 20))
    model = one_layer("QUANTIZE", [Activation(x.shape, in_scale, in_zero)], Activation(x.shape, out_scale, out_zero))
    rounding = "single" if "single" in profile else "double"
    scaled = [integers.scale(int(v) - in_zero, in_scale / out_scale, rounding) + out_zero for v in x[0]]
    expected = [integers.clamp(value, -128, 127) for value in scaled]
    np.testing.assert_array_equal(run(model, x, profile=profile)[0], expected)

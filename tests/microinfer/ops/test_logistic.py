"""LOGISTIC and TANH: closeness to the real functions, what is refused, and TensorFlow Lite Micro."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from microinfer.errors import ModelError
from microinfer.ops.table_input import nearest_power_of_two
from tests.microinfer.layers import Activation, one_layer, run
from tests.microinfer.ops.agreement import QUICK, lengths, seeds
from tests.microinfer.ops.elementwise import Shape, assert_agree_on, zero_points

UNITS = {("LOGISTIC", "int8"): 1 / 256, ("LOGISTIC", "int16"): 2.0**-15, ("TANH", "int8"): 1 / 128,
         ("TANH", "int16"): 2.0**-15}  # fmt: skip
INPUT_POWERS = {"int8": (-8.0, 4.0), "int16": (-15.0, 1.4)}


def tensors(op: str, dtype: str, shape: Shape, scale: float, zero: int = 0) -> tuple[Activation, Activation]:
    lowest = -128 if (op, dtype) == ("LOGISTIC", "int8") else 0
    return Activation(shape, scale, zero, dtype), Activation(shape, UNITS[op, dtype], lowest, dtype)


def real(op: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.tanh(x) if op == "TANH" else 1 / (1 + np.exp(-x))


@pytest.mark.parametrize(("op", "dtype"), UNITS)
def test_close_to_the_real_function(op: str, dtype: str) -> None:
    limits = np.iinfo(dtype)
    x = np.arange(limits.min, limits.max + 1, 1 if dtype == "int8" else 13).astype(dtype)[None]
    scale = 10 / limits.max
    source, target = tensors(op, dtype, x.shape, scale)
    y = run(one_layer(op, [source], target), x)
    exact = np.clip(real(op, x * scale) / UNITS[op, dtype] + target.zero_point, limits.min, limits.max)
    assert np.abs(y - exact).max() < (0.51 if dtype == "int8" else 12)


@pytest.mark.parametrize(
    ("scale", "power"), [(2.0**-12, -12), (2.0**-12 * 1.0006, -12), (2.0**-12 * 1.001, None), (0.3, None), (0.0, None)]
)
def test_scales_near_a_power_of_two_count_as_one(scale: float, power: int | None) -> None:
    assert nearest_power_of_two(scale) == power


@pytest.mark.parametrize(
    ("op", "source", "target", "message"),
    [
        ("LOGISTIC", Activation((1, 1), 0.1), Activation((1, 1), 1 / 256, 0), "zero point -128"),
        ("LOGISTIC", Activation((1, 1), 2.0**-30), Activation((1, 1), 1 / 256, -128), "too small"),
        ("TANH", Activation((1, 1), 0.1, 1, "int16"), Activation((1, 1), 2.0**-15, 0, "int16"), "zero point 0"),
        ("TANH", Activation((1, 1), 0.1, 0, "int16"), Activation((1, 1), 2.0**-14, 0, "int16"), "scale 2..-15"),
        ("TANH", Activation((1, 1), 2.7, 0, "int16"), Activation((1, 1), 2.0**-15, 0, "int16"), "too large"),
    ],
)
def test_quantisation_that_is_refused(op: str, source: Activation, target: Activation, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        run(one_layer(op, [source], target), np.zeros((1, 1), source.dtype))


@pytest.mark.parametrize(("op", "dtype"), UNITS)
@QUICK
@given(lengths(1, 4), st.floats(0, 1), st.booleans(), zero_points("int8"), seeds)
def test_as_tflite_micro(op: str, dtype: str, shape: Shape, part: float, whole: bool, zero: int, seed: int) -> None:
    low, high = INPUT_POWERS[dtype]
    power = low + part * (high - low)
    scale = float(np.float32(2.0 ** (round(power) if whole else power)))
    source, target = tensors(op, dtype, shape, scale, zero if dtype == "int8" else 0)
    assert_agree_on(op, [source], target, seed)


@pytest.mark.parametrize(("op", "scale"), [("LOGISTIC", 2.0**-12), ("TANH", 2.0**-12), ("TANH", 2.0**-11)])
def test_scales_that_only_shift_as_tflite_micro(op: str, scale: float) -> None:
    source, target = tensors(op, "int16", (1, 4000), scale)
    assert_agree_on(op, [source], target, 1)

"""Functions of one float32 tensor: a value of each, and TensorFlow Lite Micro."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given

from microinfer.ops.round import round_half_even
from tests.microinfer.layers import Activation, one_layer, run
from tests.microinfer.ops.agreement import QUICK, lengths, seeds
from tests.microinfer.ops.elementwise import Shape, assert_agree_on

VALUES = {
    "SQRT": (2.25, 1.5), "RSQRT": (4.0, 0.5), "EXP": (1.0, math.e), "LOG": (10.0, math.log(10)),
    "SIN": (1.0, math.sin(1)), "COS": (1.0, math.cos(1)), "FLOOR": (-1.5, -2.0), "CEIL": (-1.5, -1.0),
    "ROUND": (2.5, 2.0), "SQUARE": (-3.0, 9.0), "NEG": (0.0, -0.0), "ABS": (-0.0, 0.0), "RELU": (-2.0, 0.0),
    "RELU6": (9.0, 6.0), "ELU": (-1.0, math.expm1(-1)), "LOGISTIC": (2.0, 1 / (1 + math.exp(-2))),
    "TANH": (0.5, math.tanh(0.5)), "HARD_SWISH": (1.5, 1.125),
}  # fmt: skip


@pytest.mark.parametrize("op", VALUES)
def test_value(op: str) -> None:
    x, expected = VALUES[op]
    tensor = Activation((1, 1), dtype="float32")
    y = run(one_layer(op, [tensor], tensor), np.array([[x]], np.float32))
    assert y.dtype == np.float32
    assert abs(float(y.item()) - expected) <= 2.0**-23 * abs(expected)
    assert np.signbit(y.item()) == np.signbit(expected)


def test_ties_round_to_even() -> None:
    x = np.array([-1.5, -0.5, 0.5, 1.5, 2.5, 0.25, 1e9], np.float32)
    assert round_half_even(x).tolist() == [-2.0, 0.0, 0.0, 2.0, 2.0, 0.0, 1e9]


@pytest.mark.parametrize("op", VALUES)
@QUICK
@given(lengths(1, 4), seeds)
def test_as_tflite_micro(op: str, shape: Shape, seed: int) -> None:
    tensor = Activation(shape, dtype="float32")
    assert_agree_on(op, [tensor], tensor, seed)

"""EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL: by hand and as TensorFlow Lite Micro."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, UnsupportedError
from tests.microinfer.layers import Activation, one_layer, run
from tests.microinfer.ops.agreement import QUICK, seeds
from tests.microinfer.ops.elementwise import Operands, assert_agree_on, operands, zero_points

ORDER = ["GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL"]
CASES = [(op, dtype) for op in ["EQUAL", "NOT_EQUAL", *ORDER] for dtype in ["int32", "int64", "float32"]]
CASES += [("EQUAL", "bool"), ("NOT_EQUAL", "bool")]


@pytest.mark.parametrize(
    ("op", "expected"),
    [("EQUAL", [0, 1, 0]), ("NOT_EQUAL", [1, 0, 1]), ("GREATER", [0, 0, 1]), ("GREATER_EQUAL", [0, 1, 1]),
     ("LESS", [1, 0, 0]), ("LESS_EQUAL", [1, 1, 0])],
)  # fmt: skip
def test_int8_compares_real_values(op: str, expected: list[int]) -> None:
    """0.5 * (x - 1) against 0.25 * (y + 2)."""
    inputs = [Activation((1, 3), 0.5, 1), Activation((1, 3), 0.25, -2)]
    model = one_layer(op, inputs, Activation((1, 3), dtype="bool"))
    y = run(model, np.array([[4, 5, 6]], np.int8), np.array([[6, 6, 6]], np.int8))
    assert y.tolist() == [[bool(e) for e in expected]]


def test_int8_compares_with_eight_fractional_bits() -> None:
    """256 * 0.004 * 20 rounds to 20, 256 * 0.0041 * 20 to 21."""
    inputs = [Activation((1, 2), 0.004), Activation((1, 2), 0.0041)]
    model = one_layer("EQUAL", inputs, Activation((1, 2), dtype="bool"))
    x = np.array([[1, 20]], np.int8)
    assert run(model, x, x).tolist() == [[True, False]]


def test_a_scale_of_one_is_refused() -> None:
    tensor = Activation((1, 1), 1.0)
    with pytest.raises(ModelError, match="must be below 1"):
        run(one_layer("LESS", [tensor, tensor], Activation((1, 1), dtype="bool")), *[np.zeros((1, 1), np.int8)] * 2)


@pytest.mark.parametrize(("op", "dtype"), [("GREATER", "int16"), ("LESS", "bool")])
def test_other_dtypes_are_unsupported(op: str, dtype: str) -> None:
    tensor = Activation((1, 1), 0.5 if dtype == "int16" else None, dtype=dtype)
    zeros: Any = np.zeros((1, 1), dtype)
    with pytest.raises(UnsupportedError, match=f"{op} v1 {dtype}x{dtype}->bool"):
        run(one_layer(op, [tensor, tensor], Activation((1, 1), dtype="bool")), zeros, zeros)


@pytest.mark.parametrize(("op", "dtype"), CASES)
@QUICK
@given(operands(), seeds)
def test_plain_values_as_tflite_micro(op: str, dtype: str, o: Operands, seed: int) -> None:
    a, b = (Activation(shape, dtype=dtype) for shape in o.shapes)
    assert_agree_on(op, [a, b], Activation(o.output, dtype="bool"), seed, constant=o.constant)


@pytest.mark.parametrize("op", ["EQUAL", "NOT_EQUAL", *ORDER])
@QUICK
@given(operands(), st.floats(-8, -0.1), st.booleans(), zero_points("int8"), zero_points("int8"), seeds)
def test_int8_as_tflite_micro(
    op: str, o: Operands, power: float, alike: bool, first: int, second: int, seed: int
) -> None:
    scale = float(np.float32(2.0**power))
    a = Activation(o.shapes[0], scale, first)
    b = Activation(o.shapes[1], scale, first) if alike else Activation(o.shapes[1], scale / 2, second)
    assert_agree_on(op, [a, b], Activation(o.output, dtype="bool"), seed, constant=o.constant)

"""LOGICAL_AND, LOGICAL_OR, LOGICAL_NOT and SELECT_V2."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.microinfer.layers import Activation, one_layer, run
from tests.microinfer.ops.agreement import QUICK, lengths, seeds
from tests.microinfer.ops.elementwise import Operands, Shape, assert_agree_on, operands

BOOL = Activation((1, 4), dtype="bool")


@pytest.mark.parametrize(("op", "expected"), [("LOGICAL_AND", [0, 0, 0, 1]), ("LOGICAL_OR", [0, 1, 1, 1])])
def test_truth_table(op: str, expected: list[int]) -> None:
    y = run(one_layer(op, [BOOL, BOOL], BOOL), np.array([[0, 0, 1, 1]], bool), np.array([[0, 1, 0, 1]], bool))
    assert y.tolist() == [[bool(e) for e in expected]]


def test_select_takes_x_where_the_condition_holds() -> None:
    x, y = Activation((1, 4), 1.0), Activation((1,), 1.0)
    model = one_layer("SELECT_V2", [BOOL, x, y], x)
    chosen = run(model, np.array([[1, 0, 1, 0]], bool), np.array([[1, 2, 3, 4]], np.int8), np.array([9], np.int8))
    assert chosen.tolist() == [[1, 9, 3, 9]]


@pytest.mark.parametrize("op", ["LOGICAL_AND", "LOGICAL_OR"])
@QUICK
@given(operands(), seeds)
def test_two_as_tflite_micro(op: str, o: Operands, seed: int) -> None:
    a, b, out = (Activation(shape, dtype="bool") for shape in (*o.shapes, o.output))
    assert_agree_on(op, [a, b], out, seed, constant=o.constant)


@QUICK
@given(lengths(1, 4), seeds)
def test_not_as_tflite_micro(shape: Shape, seed: int) -> None:
    tensor = Activation(shape, dtype="bool")
    assert_agree_on("LOGICAL_NOT", [tensor], tensor, seed)


@pytest.mark.parametrize("dtype", ["int8", "int16", "float32"])
@QUICK
@given(operands(3), st.booleans(), seeds)
def test_select_as_tflite_micro(dtype: str, o: Operands, scaled: bool, seed: int) -> None:
    scale = 0.5 if scaled and dtype != "float32" else None
    x, y, out = (Activation(shape, scale, dtype=dtype) for shape in (*o.shapes[1:], o.output))
    assert_agree_on("SELECT_V2", [Activation(o.shapes[0], dtype="bool"), x, y], out, seed, constant=o.constant)

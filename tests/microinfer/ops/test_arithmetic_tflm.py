"""ADD, SUB, MUL, SQUARED_DIFFERENCE, MAXIMUM and MINIMUM of every dtype as TensorFlow Lite Micro computes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.microinfer import drawn
from tests.microinfer.ops.agreement import QUICK, seeds
from tests.microinfer.ops.elementwise import Operands, assert_agree_on, operands, tensors


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "float32"])
@pytest.mark.parametrize("op", ["ADD", "SUB", "MUL"])
@QUICK
@given(operands(), st.data(), drawn.fused, seeds)
def test_with_fused_activation(op: str, dtype: str, o: Operands, data: st.DataObject, fused: str, seed: int) -> None:
    a, b, out = (data.draw(tensors(shape, dtype)) for shape in (*o.shapes, o.output))
    assert_agree_on(op, [a, b], out, seed, constant=o.constant, fused_activation_function=fused)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "float32"])
@QUICK
@given(operands(), st.data(), seeds)
def test_squared_difference(dtype: str, o: Operands, data: st.DataObject, seed: int) -> None:
    a, b, out = (data.draw(tensors(shape, dtype)) for shape in (*o.shapes, o.output))
    assert_agree_on("SQUARED_DIFFERENCE", [a, b], out, seed, constant=o.constant)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "float32"])
@pytest.mark.parametrize("op", ["MAXIMUM", "MINIMUM"])
@QUICK
@given(operands(), st.data(), seeds)
def test_extremes(op: str, dtype: str, o: Operands, data: st.DataObject, seed: int) -> None:
    a, b, out = (data.draw(tensors(shape, dtype)) for shape in (*o.shapes, o.output))
    assert_agree_on(op, [a, b], out, seed, constant=o.constant)

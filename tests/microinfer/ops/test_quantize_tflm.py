"""QUANTIZE and DEQUANTIZE between every pair of dtypes as TensorFlow Lite Micro computes them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, lengths, seeds
from tests.microinfer.ops.elementwise import Array, Shape, assert_agree_on

PAIRS = [
    ("int8", "int8"), ("int8", "uint8"), ("int8", "int16"), ("int8", "int32"), ("uint8", "int8"), ("int16", "int8"),
    ("int16", "int16"), ("int16", "int32"), ("int32", "int8"), ("int32", "int16"),
]  # fmt: skip
ZERO_RANGE = {"int8": (-128, 127), "uint8": (0, 255), "int16": (-32768, 32767), "int32": (-1000, 1000)}


@st.composite
def quantised(draw: st.DrawFn, shape: Shape, dtype: str, lowest: float = -8, highest: float = 2) -> Activation:
    zero = draw(st.integers(*ZERO_RANGE[dtype]))
    return Activation(shape, float(np.float32(2.0 ** draw(st.floats(lowest, highest)))), zero, dtype)


@pytest.mark.parametrize(("source", "target"), PAIRS)
@QUICK
@given(lengths(1, 4), st.data(), seeds)
def test_requantise(source: str, target: str, shape: Shape, data: st.DataObject, seed: int) -> None:
    highest = -8 if source == "int32" else 2
    given_tensor = data.draw(quantised(shape, source, -12, highest))
    assert_agree_on("QUANTIZE", [given_tensor], data.draw(quantised(shape, target)), seed)


@pytest.mark.parametrize(("source", "target", "offset"), [("int8", "uint8", 128), ("uint8", "int8", -128)])
@QUICK
@given(lengths(1, 4), st.data(), seeds)
def test_same_scale(source: str, target: str, offset: int, shape: Shape, data: st.DataObject, seed: int) -> None:
    tensor = data.draw(quantised(shape, source))
    assert_agree_on("QUANTIZE", [tensor], Activation(shape, tensor.scale, tensor.zero_point + offset, target), seed)


@pytest.mark.parametrize("target", ["int8", "int16"])
@QUICK
@given(lengths(1, 4), st.data(), seeds)
def test_float32(target: str, shape: Shape, data: st.DataObject, seed: int) -> None:
    def bounded(position: int, x: Array) -> Array:
        return np.clip(np.nan_to_num(x), -1e6, 1e6)

    out = data.draw(quantised(shape, target))
    assert_agree_on("QUANTIZE", [Activation(shape, dtype="float32")], out, seed, prepare=bounded)


@pytest.mark.parametrize("source", ["int8", "uint8", "int16"])
@QUICK
@given(lengths(1, 4), st.data(), seeds)
def test_dequantise(source: str, shape: Shape, data: st.DataObject, seed: int) -> None:
    assert_agree_on("DEQUANTIZE", [data.draw(quantised(shape, source))], Activation(shape, dtype="float32"), seed)

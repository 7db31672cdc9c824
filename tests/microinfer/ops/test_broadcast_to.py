"""BROADCAST_TO: copies along axes of length 1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation, Constant
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, numbers, outputs_of, samples, seeds


def test_rows_and_columns() -> None:
    file = content("BROADCAST_TO", [Activation((2, 1)), numbers(2, 2, 3)], [Activation((2, 2, 3))])
    y = outputs_of(parse(file), np.array([[1], [2]], np.int8))[0]
    assert y.tolist() == [[[1, 1, 1], [2, 2, 2]]] * 2


def test_a_longer_axis_does_not_stretch() -> None:
    file = content("BROADCAST_TO", [Activation((2,)), numbers(4)], [Activation((4,))])
    with pytest.raises(ShapeError, match="2 does not broadcast to 4"):
        outputs_of(parse(file), np.zeros(2, np.int8))


@QUICK
@given(
    lengths(0, 5), st.data(), st.sampled_from(["bool", "int8", "uint8", "int16", "int32", "int64", "float32"]),
    st.sampled_from(["int32", "int64"]), seeds,
)  # fmt: skip
def test_as_tflite_micro(shape: tuple[int, ...], data: st.DataObject, dtype: str, index: str, seed: int) -> None:
    stretched = tuple(data.draw(st.integers(1, 3)) if n == 1 else n for n in shape)
    most = min(2, 5 - len(shape))
    target = (*data.draw(st.lists(st.integers(1, 3), min_size=0 if shape else 1, max_size=most)), *stretched)
    inputs = [Activation(shape, dtype=dtype), Constant(np.array(target, index))]
    assert_agrees(content("BROADCAST_TO", inputs, [Activation(target, dtype=dtype)]), samples(seed, shape, dtype))

"""BROADCAST_ARGS: the shape that two shapes broadcast to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, outputs_of


def broadcast(a: list[int], b: list[int], count: int) -> list[int]:
    ends = [Activation((len(a),), dtype="int32"), Activation((len(b),), dtype="int32")]
    file = content("BROADCAST_ARGS", ends, [Activation((count,), dtype="int32")])
    found: list[int] = outputs_of(parse(file), np.array(a, np.int32), np.array(b, np.int32))[0].tolist()
    return found


def test_from_the_last_entry() -> None:
    assert broadcast([2, 1, 3], [4, 1], 3) == [2, 4, 3]


def test_as_many_entries_as_the_model_says() -> None:
    assert broadcast([2, 3], [3], 4) == [1, 1, 2, 3]
    assert broadcast([2, 1, 3], [4, 1], 2) == [4, 3]


def test_entries_that_differ() -> None:
    with pytest.raises(ShapeError, match=r"\[2\] and \[3\] do not broadcast"):
        broadcast([2], [3], 1)


@QUICK
@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=4),
    st.data(),
    st.integers(1, 5),
    st.sampled_from(["int32", "int64"]),
)
def test_as_tflite_micro(shape: list[int], data: st.DataObject, count: int, dtype: str) -> None:
    left = [n if data.draw(st.booleans()) else 1 for n in shape]
    right = [n if data.draw(st.booleans()) else 1 for n in shape][data.draw(st.integers(0, len(shape) - 1)) :]
    ends = [Activation((len(left),), dtype=dtype), Activation((len(right),), dtype=dtype)]
    file = content("BROADCAST_ARGS", ends, [Activation((count,), dtype=dtype)])
    assert_agrees(file, np.array([left], dtype), np.array([right], dtype))

"""DYNAMIC_UPDATE_SLICE: a box replaced."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, outputs_of, samples, seeds


@pytest.mark.parametrize(("start", "row"), [(1, [0, 8, 9, 0]), (3, [0, 0, 8, 9]), (-7, [8, 9, 0, 0])])
def test_the_box_is_moved_inside(start: int, row: list[int]) -> None:
    inputs = [Activation((4,)), Activation((2,)), Activation((1,), dtype="int32")]
    model = parse(content("DYNAMIC_UPDATE_SLICE", inputs, [Activation((4,))]))
    x = np.zeros(4, np.int8)
    y = outputs_of(model, x, np.array([8, 9], np.int8), np.array([start], np.int32))[0]
    assert y.tolist() == row
    assert not x.any()


def test_the_box_is_no_larger() -> None:
    inputs = [Activation((2,)), Activation((3,)), Activation((1,), dtype="int32")]
    model = parse(content("DYNAMIC_UPDATE_SLICE", inputs, [Activation((2,))]))
    with pytest.raises(ShapeError, match=r"update \(3,\) does not fit \(2,\)"):
        outputs_of(model, np.zeros(2, np.int8), np.zeros(3, np.int8), np.zeros(1, np.int32))


@QUICK
@given(
    lengths(1, 4), st.data(), st.sampled_from(["int8", "int16", "int32", "float32"]),
    st.sampled_from(["int32", "int64"]), seeds,
)  # fmt: skip
def test_as_tflite_micro(shape: tuple[int, ...], data: st.DataObject, dtype: str, index: str, seed: int) -> None:
    box = tuple(data.draw(st.integers(1, n)) for n in shape)
    inputs = [Activation(shape, dtype=dtype), Activation(box, dtype=dtype), Activation((len(shape),), dtype=index)]
    starts = np.random.default_rng(seed).integers(-2, 5, (2, len(shape)), np.dtype(index))
    file = content("DYNAMIC_UPDATE_SLICE", inputs, [Activation(shape, dtype=dtype)])
    assert_agrees(file, samples(seed, shape, dtype), samples(seed + 1, box, dtype), starts)

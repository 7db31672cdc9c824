"""TRANSPOSE: axes in another order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, numbers, outputs_of, samples, seeds


def test_rows_become_columns() -> None:
    file = content("TRANSPOSE", [Activation((2, 3)), numbers(1, 0)], [Activation((3, 2))])
    y = outputs_of(parse(file), np.array([[1, 2, 3], [4, 5, 6]], np.int8))[0]
    np.testing.assert_array_equal(y, [[1, 4], [2, 5], [3, 6]])


def test_every_axis_once() -> None:
    file = content("TRANSPOSE", [Activation((2, 2)), numbers(1, 1)], [Activation((2, 2))])
    with pytest.raises(ShapeError, match=r"\(1, 1\) is not an order of 2 axes"):
        outputs_of(parse(file), np.zeros((2, 2), np.int8))


@QUICK
@given(lengths(1, 5), st.data(), st.sampled_from(["int8", "int16", "float32"]), seeds)
def test_as_tflite_micro(shape: tuple[int, ...], data: st.DataObject, dtype: str, seed: int) -> None:
    order = data.draw(st.permutations(range(len(shape))))
    target = tuple(shape[axis] for axis in order)
    file = content("TRANSPOSE", [Activation(shape, dtype=dtype), numbers(*order)], [Activation(target, dtype=dtype)])
    assert_agrees(file, samples(seed, shape, dtype))

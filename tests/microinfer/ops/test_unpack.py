"""UNPACK: one output for each index of an axis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, outputs_of, samples, seeds

X = np.array([[1, 2, 3], [4, 5, 6]], np.int8)


def test_rows_or_columns() -> None:
    rows = content("UNPACK", [Activation((2, 3))], [Activation((3,))] * 2, num=2, axis=0)
    columns = content("UNPACK", [Activation((2, 3))], [Activation((2,))] * 3, num=3, axis=-1)
    np.testing.assert_array_equal(outputs_of(parse(rows), X), [[1, 2, 3], [4, 5, 6]])
    np.testing.assert_array_equal(outputs_of(parse(columns), X), [[1, 4], [2, 5], [3, 6]])


def test_there_is_an_output_for_each() -> None:
    file = content("UNPACK", [Activation((2, 3))], [Activation((2,))] * 2, num=2, axis=1)
    with pytest.raises(ModelError, match=r"2 outputs, num 2, for axis 1 of \(2, 3\)"):
        outputs_of(parse(file), X)


@QUICK
@given(lengths(1, 5), st.data(), st.sampled_from(["int8", "int16", "int32", "float32"]), seeds)
def test_as_tflite_micro(shape: tuple[int, ...], data: st.DataObject, dtype: str, seed: int) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    place = axis % len(shape)
    output = Activation((*shape[:place], *shape[place + 1 :]), dtype=dtype)
    count = shape[place]
    file = content("UNPACK", [Activation(shape, dtype=dtype)], [output] * count, num=count, axis=axis)
    assert_agrees(file, samples(seed, shape, dtype))

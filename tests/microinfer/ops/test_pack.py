"""PACK: equal tensors along a new axis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, outputs_of, samples, seeds

X, Y = np.array([1, 2, 3], np.int8), np.array([4, 5, 6], np.int8)


@pytest.mark.parametrize(("axis", "packed"), [(0, [[1, 2, 3], [4, 5, 6]]), (-1, [[1, 4], [2, 5], [3, 6]])])
def test_the_axis_counts_in_the_output(axis: int, packed: list[list[int]]) -> None:
    file = content("PACK", [Activation((3,)), Activation((3,))], [Activation(np.shape(packed))],
                   values_count=2, axis=axis)  # fmt: skip
    np.testing.assert_array_equal(outputs_of(parse(file), X, Y)[0], packed)


def test_inputs_must_be_alike() -> None:
    file = content("PACK", [Activation((3,)), Activation((2,))], [Activation((2, 3))], values_count=2)
    with pytest.raises(ShapeError, match="in1 is 2, the operator gives 3"):
        outputs_of(parse(file), X, Y[:2])


def test_the_count_is_that_of_the_inputs() -> None:
    file = content("PACK", [Activation((3,)), Activation((3,))], [Activation((3, 3))], values_count=3)
    with pytest.raises(ModelError, match="2 inputs for values_count 3"):
        outputs_of(parse(file), X, Y)


@QUICK
@given(
    lengths(1, 4), st.data(), st.sampled_from(["int8", "int16", "int32", "int64", "float32"]), st.integers(1, 3), seeds
)
def test_as_tflite_micro(shape: tuple[int, ...], data: st.DataObject, dtype: str, count: int, seed: int) -> None:
    axis = data.draw(st.integers(-len(shape) - 1, len(shape)))
    place = axis % (len(shape) + 1)
    target = (*shape[:place], count, *shape[place:])
    file = content("PACK", [Activation(shape, dtype=dtype)] * count, [Activation(target, dtype=dtype)],
                   values_count=count, axis=axis)  # fmt: skip
    assert_agrees(file, *(samples(seed + i, shape, dtype) for i in range(count)))

"""EXPAND_DIMS: a new axis of length 1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, numbers, outputs_of, samples, seeds

X = np.arange(6, dtype=np.int8).reshape(2, 3)


@pytest.mark.parametrize(("axis", "target"), [(0, (1, 2, 3)), (1, (2, 1, 3)), (2, (2, 3, 1)), (-1, (2, 3, 1))])
def test_the_axis_counts_in_the_output(axis: int, target: tuple[int, ...]) -> None:
    file = content("EXPAND_DIMS", [Activation(X.shape), numbers(axis)], [Activation(target)])
    np.testing.assert_array_equal(outputs_of(parse(file), X)[0], X.reshape(target))


def test_an_axis_past_the_end() -> None:
    file = content("EXPAND_DIMS", [Activation(X.shape), numbers(3)], [Activation((2, 3, 1))])
    with pytest.raises(ShapeError, match="axis 3 of a tensor with 3 dimensions"):
        outputs_of(parse(file), X)


def test_the_axis_must_be_a_constant() -> None:
    file = content("EXPAND_DIMS", [Activation(X.shape), Activation((1,), dtype="int32")], [Activation((2, 3, 1))])
    with pytest.raises(ModelError, match=r"input 1 \(in1\) must be a constant"):
        outputs_of(parse(file), X, np.zeros(1, np.int32))


@QUICK
@given(lengths(1, 4), st.integers(-5, 4), st.sampled_from(["int8", "int16", "float32"]), seeds)
def test_as_tflite_micro(shape: tuple[int, ...], drawn: int, dtype: str, seed: int) -> None:
    axis = drawn % (len(shape) + 1) if drawn >= 0 else max(drawn, -len(shape) - 1)
    place = axis % (len(shape) + 1)
    target = (*shape[:place], 1, *shape[place:])
    file = content("EXPAND_DIMS", [Activation(shape, dtype=dtype), numbers(axis)], [Activation(target, dtype=dtype)])
    assert_agrees(file, samples(seed, shape, dtype))

"""SPLIT: equal parts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, numbers, outputs_of, samples, seeds

X = np.array([[1, 2, 3, 4]], np.int8)


def test_halves() -> None:
    file = content("SPLIT", [numbers(1), Activation((1, 4))], [Activation((1, 2))] * 2, num_splits=2)
    np.testing.assert_array_equal(outputs_of(parse(file), X), [[[1, 2]], [[3, 4]]])


def test_parts_are_equal_and_make_the_whole() -> None:
    unequal = content("SPLIT", [numbers(1), Activation((1, 4))], [Activation((1, 1)), Activation((1, 3))])
    with pytest.raises(ShapeError, match=r"parts \(1, 3\) along axis 1 are not equal"):
        outputs_of(parse(unequal), X)
    short = content("SPLIT", [numbers(1), Activation((1, 4))], [Activation((1, 1))] * 2)
    with pytest.raises(ShapeError, match=r"parts \(1, 1\) do not make axis 1 of \(1, 4\)"):
        outputs_of(parse(short), X)


def test_the_axis_must_be_a_constant() -> None:
    file = content("SPLIT", [Activation((1,), dtype="int32"), Activation((1, 4))], [Activation((1, 2))] * 2)
    with pytest.raises(ModelError, match="must be a constant"):
        outputs_of(parse(file), np.ones(1, np.int32), X)


@QUICK
@given(lengths(1, 4), st.data(), st.sampled_from(["int8", "int16", "int32", "float32"]), st.integers(1, 4), seeds)
def test_as_tflite_micro(shape: tuple[int, ...], data: st.DataObject, dtype: str, count: int, seed: int) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    place = axis % len(shape)
    whole = (*shape[:place], shape[place] * count, *shape[place + 1 :])
    outputs = [Activation(shape, dtype=dtype)] * count
    file = content("SPLIT", [numbers(axis), Activation(whole, dtype=dtype)], outputs, num_splits=count)
    assert_agrees(file, samples(seed, whole, dtype))

"""SPLIT_V: parts of any size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, numbers, outputs_of, samples, seeds

X = np.array([[1, 2, 3, 4]], np.int8)


def test_sizes_are_those_of_the_outputs() -> None:
    parts = [Activation((1, 1)), Activation((1, 3))]
    file = content("SPLIT_V", [Activation((1, 4)), numbers(2, 2), numbers(-1)], parts, num_splits=2)
    first, second = outputs_of(parse(file), X)
    assert first.tolist() == [[1]]
    assert second.tolist() == [[2, 3, 4]]


def test_parts_make_the_whole() -> None:
    file = content("SPLIT_V", [Activation((1, 4)), numbers(1, 2), numbers(1)], [Activation((1, 1)), Activation((1, 2))])
    with pytest.raises(ShapeError, match=r"parts \(1, 2\) do not make axis 1 of \(1, 4\)"):
        outputs_of(parse(file), X)


@QUICK
@given(
    lengths(1, 4), st.data(), st.sampled_from(["int8", "int16", "int32", "float32"]),
    st.lists(st.integers(1, 3), min_size=1, max_size=4), seeds,
)  # fmt: skip
def test_as_tflite_micro(shape: tuple[int, ...], data: st.DataObject, dtype: str, sizes: list[int], seed: int) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    place = axis % len(shape)
    whole = (*shape[:place], sum(sizes), *shape[place + 1 :])
    outputs = [Activation((*shape[:place], n, *shape[place + 1 :]), dtype=dtype) for n in sizes]
    inputs = [Activation(whole, dtype=dtype), numbers(*sizes), numbers(axis)]
    assert_agrees(content("SPLIT_V", inputs, outputs, num_splits=len(sizes)), samples(seed, whole, dtype))

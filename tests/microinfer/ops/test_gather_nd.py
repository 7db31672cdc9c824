"""GATHER_ND: slices named by coordinates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation, Constant
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, outputs_of, samples, seeds

X = np.array([[1, 2, 3], [4, 5, 6]], np.int8)


def gather_nd(indices: list[list[int]], target: tuple[int, ...]) -> list[object]:
    file = content("GATHER_ND", [Activation(X.shape), Constant(np.array(indices, np.int32))], [Activation(target)])
    found: list[object] = outputs_of(parse(file), X)[0].tolist()
    return found


def test_elements_or_rows() -> None:
    assert gather_nd([[0, 2], [1, 0]], (2,)) == [3, 4]
    assert gather_nd([[1], [0]], (2, 3)) == [[4, 5, 6], [1, 2, 3]]


def test_only_the_flat_position_counts() -> None:
    assert gather_nd([[0, 4], [1, -1]], (2,)) == [5, 3]


def test_slices_stay_inside() -> None:
    with pytest.raises(ShapeError, match=r"reads outside \(2, 3\)"):
        gather_nd([[1, 3]], (1,))


def test_no_more_coordinates_than_axes() -> None:
    with pytest.raises(ShapeError, match=r"3 coordinates for \(2, 3\)"):
        gather_nd([[0, 0, 0]], (1,))


@QUICK
@given(lengths(1, 4), lengths(0, 2), st.data(), st.sampled_from(["int8", "float32"]), seeds)
def test_as_tflite_micro(
    shape: tuple[int, ...], head: tuple[int, ...], data: st.DataObject, dtype: str, seed: int
) -> None:
    depth = data.draw(st.integers(1, len(shape)))
    indices = np.random.default_rng(seed).integers(0, shape[:depth], (2, *head, depth), np.int32)
    inputs = [Activation(shape, dtype=dtype), Activation((*head, depth), dtype="int32")]
    file = content("GATHER_ND", inputs, [Activation((*head, *shape[depth:]), dtype=dtype)])
    assert_agrees(file, samples(seed, shape, dtype), indices)

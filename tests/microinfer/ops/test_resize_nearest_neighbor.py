"""RESIZE_NEAREST_NEIGHBOR: every output cell is a copy of one input cell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, numbers, outputs_of, samples, seeds


@pytest.mark.parametrize(
    ("options", "cells"),
    [
        ({}, [1, 1, 2, 2, 3]),
        ({"align_corners": True}, [1, 2, 2, 3, 3]),
        ({"half_pixel_centers": True}, [1, 1, 2, 3, 3]),
    ],
)
def test_three_cells_become_five(options: dict[str, bool], cells: list[int]) -> None:
    inputs = [Activation((1, 1, 3, 1)), numbers(1, 5)]
    file = content("RESIZE_NEAREST_NEIGHBOR", inputs, [Activation((1, 1, 5, 1))], **options)
    assert outputs_of(parse(file), np.array([1, 2, 3], np.int8).reshape(1, 1, 3, 1))[0].ravel().tolist() == cells


def test_the_size_is_that_of_the_output() -> None:
    file = content("RESIZE_NEAREST_NEIGHBOR", [Activation((1, 2, 2, 1)), numbers(4, 4)], [Activation((1, 4, 5, 1))])
    with pytest.raises(ShapeError, match="1x4x5x1, the operator gives 1x4x4x1"):
        outputs_of(parse(file), np.zeros((1, 2, 2, 1), np.int8))


@QUICK
@given(
    st.tuples(st.integers(1, 2), st.integers(1, 9), st.integers(1, 9), st.integers(1, 2)),
    st.tuples(st.integers(1, 14), st.integers(1, 14)), st.booleans(), st.booleans(),
    st.sampled_from(["int8", "int16", "float32"]), seeds,
)  # fmt: skip
def test_as_tflite_micro(
    shape: tuple[int, ...], size: tuple[int, int], corners: bool, centers: bool, dtype: str, seed: int
) -> None:
    inputs, output = (
        [Activation(shape, dtype=dtype), numbers(*size)],
        Activation((shape[0], *size, shape[3]), dtype=dtype),
    )
    file = content("RESIZE_NEAREST_NEIGHBOR", inputs, [output], align_corners=corners, half_pixel_centers=centers)
    assert_agrees(file, samples(seed, shape, dtype))

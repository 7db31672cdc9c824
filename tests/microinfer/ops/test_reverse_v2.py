"""REVERSE_V2: the other way round."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, numbers, outputs_of, samples, seeds

X = np.array([[1, 2, 3], [4, 5, 6]], np.int8)


@pytest.mark.parametrize(
    ("axes", "turned"),
    [((0,), [[4, 5, 6], [1, 2, 3]]), ((-1,), [[3, 2, 1], [6, 5, 4]]), ((1, 0), [[6, 5, 4], [3, 2, 1]])],
)
def test_rows_columns_or_both(axes: tuple[int, ...], turned: list[list[int]]) -> None:
    file = content("REVERSE_V2", [Activation(X.shape), numbers(*axes)], [Activation(X.shape)])
    assert outputs_of(parse(file), X)[0].tolist() == turned


@pytest.mark.parametrize("axes", [(0, 2), (1, 1)])
def test_axes_must_follow_one_another(axes: tuple[int, ...]) -> None:
    file = content("REVERSE_V2", [Activation((1, 2, 3)), numbers(*axes)], [Activation((1, 2, 3))])
    with pytest.raises(ShapeError, match="do not follow one another"):
        outputs_of(parse(file), X[None])


@QUICK
@given(
    lengths(1, 5), st.data(), st.sampled_from(["bool", "int8", "uint8", "int16", "int32", "int64", "float32"]), seeds
)
def test_as_tflite_micro(shape: tuple[int, ...], data: st.DataObject, dtype: str, seed: int) -> None:
    first = data.draw(st.integers(0, len(shape) - 1))
    axes = [
        axis - len(shape) * data.draw(st.booleans())
        for axis in range(first, data.draw(st.integers(first + 1, len(shape))))
    ]
    file = content(
        "REVERSE_V2", [Activation(shape, dtype=dtype), numbers(*axes[::-1])], [Activation(shape, dtype=dtype)]
    )
    assert_agrees(file, samples(seed, shape, dtype))

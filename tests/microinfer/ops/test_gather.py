"""GATHER: slices picked by position."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation, Constant
from tests.microinfer.ops.agreement import (
    QUICK,
    Array,
    assert_agrees,
    content,
    lengths,
    numbers,
    outputs_of,
    samples,
    seeds,
)

X = np.array([[1, 2, 3], [4, 5, 6]], np.int8)


def test_rows_or_columns() -> None:
    rows = content("GATHER", [Activation((2, 3)), numbers(1, 0, 1)], [Activation((3, 3))], axis=0)
    assert outputs_of(parse(rows), X)[0].tolist() == [[4, 5, 6], [1, 2, 3], [4, 5, 6]]
    columns = content("GATHER", [Activation((2, 3)), numbers(2)], [Activation((2, 1))], axis=-1)
    assert outputs_of(parse(columns), X)[0].tolist() == [[3], [6]]


def test_common_axes() -> None:
    picks = Constant(np.array([[2, 2], [0, 1]], np.int32))
    file = content("GATHER", [Activation((2, 3)), picks], [Activation((2, 2))], axis=1, batch_dims=1)
    assert outputs_of(parse(file), X)[0].tolist() == [[3, 3], [4, 5]]


@pytest.mark.parametrize("position", [-1, 2])
def test_positions_stay_inside(position: int) -> None:
    file = content("GATHER", [Activation((2, 3)), numbers(position)], [Activation((1, 3))])
    with pytest.raises(ShapeError, match=r"outside 0..1"):
        outputs_of(parse(file), X)


def test_common_axes_come_first() -> None:
    file = content("GATHER", [Activation((2, 3)), numbers(0, 1)], [Activation((2, 3))], axis=0, batch_dims=1)
    with pytest.raises(ShapeError, match="batch_dims 1"):
        outputs_of(parse(file), X)


@QUICK
@given(lengths(1, 4), lengths(0, 2), st.data(), st.sampled_from(["int8", "float32"]), st.booleans(), seeds)
def test_as_tflite_micro(
    shape: tuple[int, ...], tail: tuple[int, ...], data: st.DataObject, dtype: str, fixed: bool, seed: int
) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    place = axis % len(shape)
    common = data.draw(st.integers(0, place))
    picks = (*shape[:common], *tail)
    target = (*shape[:place], *tail, *shape[place + 1 :])
    positions = np.random.default_rng(seed).integers(0, shape[place], (2, *picks), np.int32)
    inputs: list[Activation | Constant] = [Activation(shape, dtype=dtype), Activation(picks, dtype="int32")]
    values: list[Array] = [samples(seed, shape, dtype), positions]
    if fixed:
        inputs[1] = Constant(values.pop()[0])
    file = content("GATHER", inputs, [Activation(target, dtype=dtype)], axis=axis, batch_dims=common)
    assert_agrees(file, *values)

"""SLICE: a box of a tensor."""

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

X = np.arange(12, dtype=np.int8).reshape(3, 4)


def test_minus_one_is_the_rest() -> None:
    file = content("SLICE", [Activation((3, 4)), numbers(1, 2), numbers(-1, 1)], [Activation((2, 1))])
    np.testing.assert_array_equal(outputs_of(parse(file), X)[0], [[6], [10]])


def test_the_box_stays_inside() -> None:
    file = content("SLICE", [Activation((3, 4)), numbers(1, 2), numbers(2, 3)], [Activation((2, 3))])
    with pytest.raises(ShapeError, match=r"SLICE from \[1, 2\] of size \[2, 3\] leaves \(3, 4\)"):
        outputs_of(parse(file), X)


def test_the_box_fills_the_output() -> None:
    file = content("SLICE", [Activation((3, 4)), numbers(1, 2), numbers(1, 2)], [Activation((2, 2))])
    with pytest.raises(ShapeError, match=r"of size \[1, 2\] does not fill \(2, 2\)"):
        outputs_of(parse(file), X)


@QUICK
@given(
    lengths(1, 5), st.data(), st.sampled_from(["bool", "int8", "int16", "int32", "float32"]),
    st.sampled_from(["int32", "int64"]), st.booleans(), seeds,
)  # fmt: skip
def test_as_tflite_micro(
    shape: tuple[int, ...], data: st.DataObject, dtype: str, index: str, moving: bool, seed: int
) -> None:
    begin = [data.draw(st.integers(0, n - 1)) for n in shape]
    target = tuple(data.draw(st.integers(1, n - b)) for n, b in zip(shape, begin, strict=True))
    size = [-1 if b + t == n and data.draw(st.booleans()) else t for n, b, t in zip(shape, begin, target, strict=True)]
    inputs: list[Activation | Constant] = [Activation(shape, dtype=dtype), Constant(np.array(begin, index))]
    values: list[Array] = [samples(seed, shape, dtype)]
    if moving:
        inputs[1] = Activation((len(shape),), dtype=index)
        values.append(np.array([begin, begin], index))
    file = content("SLICE", [*inputs, Constant(np.array(size, index))], [Activation(target, dtype=dtype)])
    assert_agrees(file, *values)

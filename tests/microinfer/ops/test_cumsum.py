"""CUMSUM: running totals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError
from microinfer.graph.tflite import parse
from tests.microinfer import drawn
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, numbers, outputs_of, samples, seeds


@pytest.mark.parametrize(
    ("options", "totals"),
    [
        ({}, [1, 3, 6]),
        ({"exclusive": True}, [0, 1, 3]),
        ({"reverse": True}, [6, 5, 3]),
        ({"exclusive": True, "reverse": True}, [5, 3, 0]),
    ],
)
@pytest.mark.parametrize("dtype", ["int8", "float32"])
def test_running_totals(options: dict[str, bool], totals: list[int], dtype: str) -> None:
    end = Activation((3,), 1.0 if dtype == "int8" else None, 0, dtype)
    file = content("CUMSUM", [end, numbers(0)], [end], **options)
    assert outputs_of(parse(file), np.array([1, 2, 3], dtype))[0].tolist() == totals


def test_the_int8_sum_starts_at_minus_the_zero_point() -> None:
    end = Activation((2,), 1.0, -5)
    file = content("CUMSUM", [end, numbers(0)], [end])
    assert outputs_of(parse(file), np.array([-5, -4], np.int8))[0].tolist() == [0, 1]  # 5 + 0 - 5, 5 + 0 + 1 - 5


def test_the_output_scale_must_not_be_tiny() -> None:
    file = content("CUMSUM", [Activation((2,), 1.0), numbers(0)], [Activation((2,), 1e-6)])
    with pytest.raises(ModelError, match="input scale 1 is too large for output 1e-06"):
        outputs_of(parse(file), np.zeros(2, np.int8))


@QUICK
@given(lengths(1, 4), st.data(), st.sampled_from(["int8", "float32"]), st.booleans(), st.booleans(), seeds)
def test_as_tflite_micro(
    shape: tuple[int, ...], data: st.DataObject, dtype: str, exclusive: bool, reverse: bool, seed: int
) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    long = data.draw(st.integers(1, 40))
    place = axis % len(shape)
    shape = (*shape[:place], long, *shape[place + 1 :])
    source, target = Activation(shape, dtype=dtype), Activation(shape, dtype=dtype)
    if dtype == "int8":
        source, target = (Activation(shape, data.draw(drawn.scale), data.draw(drawn.zero_point)) for _ in range(2))
    file = content("CUMSUM", [source, numbers(axis)], [target], exclusive=exclusive, reverse=reverse)
    assert_agrees(file, samples(seed, shape, dtype))

"""FILL: one value everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation, Constant
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, numbers, outputs_of, samples, seeds


def test_the_scalar_fills_the_shape() -> None:
    file = content("FILL", [numbers(2, 3), Activation((), dtype="int8")], [Activation((2, 3))])
    assert outputs_of(parse(file), np.array(7, np.int8))[0].tolist() == [[7, 7, 7], [7, 7, 7]]


def test_a_value_in_a_vector_is_refused() -> None:
    file = content("FILL", [numbers(2), Activation((1,), dtype="int8")], [Activation((2,))])
    with pytest.raises(ShapeError, match="input 1 is 1, needs 0 dimensions"):
        outputs_of(parse(file), np.array([7], np.int8))


@QUICK
@given(
    lengths(1, 4), st.sampled_from(["int8", "int32", "float32"]),
    st.sampled_from(["int8", "int16", "int32", "int64"]), seeds,
)  # fmt: skip
def test_as_tflite_micro(shape: tuple[int, ...], dtype: str, index: str, seed: int) -> None:
    inputs = [Constant(np.array(shape, index)), Activation((), dtype=dtype)]
    assert_agrees(content("FILL", inputs, [Activation(shape, dtype=dtype)]), samples(seed, (), dtype))

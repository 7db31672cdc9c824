"""ZEROS_LIKE: stored zeros."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, outputs_of, samples, seeds


def test_zero_is_stored_whatever_the_zero_point() -> None:
    file = content("ZEROS_LIKE", [Activation((2,), 0.5, 3)], [Activation((2,), 0.5, 3)])
    assert outputs_of(parse(file), np.array([1, 2], np.int8))[0].tolist() == [0, 0]


@QUICK
@given(lengths(1, 4), st.sampled_from(["int8", "int32", "int64", "float32"]), seeds)
def test_as_tflite_micro(shape: tuple[int, ...], dtype: str, seed: int) -> None:
    file = content("ZEROS_LIKE", [Activation(shape, dtype=dtype)], [Activation(shape, dtype=dtype)])
    assert_agrees(file, samples(seed, shape, dtype))

"""SignalWindow: saturating products of frames and weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, ShapeError
from tests.microinfer.ops.agreement import QUICK, Activation, Constant, content, lengths, seeds
from tests.microinfer.ops.audio import invocations, levels, play
from tests.microinfer.ops.twins import assert_same_sequence


def window(shape: tuple[int, ...], weights: list[int], shift: int) -> bytes:
    end = Activation(shape, dtype="int16")
    return content("SignalWindow", [end, Constant(np.array(weights, np.int16))], [end], shift=shift)


def test_products_are_shifted_down_and_saturate() -> None:
    file = window((2, 2), [4096, 32767], shift=12)
    assert play(file, [[4, 32767], [-1, -32768]]) == [[[[4, 32767], [-1, -32768]]]]


def test_the_shift_rounds_down() -> None:
    assert play(window((2,), [1, 1], shift=4), [31, -1]) == [[[1, -1]]]


def test_frames_must_be_whole() -> None:
    with pytest.raises(ShapeError, match="5 values are no whole number of windows of 2"):
        play(window((5,), [1, 1], shift=0), [0] * 5)


def test_shifts_that_c_leaves_undefined() -> None:
    with pytest.raises(ModelError, match="shift is 32, must be 0 to 31"):
        play(window((1,), [1], shift=32), [0])


@QUICK
@given(lengths(0, 2), st.integers(1, 40), st.integers(1, 3), st.integers(0, 31), seeds)
def test_as_tflite_micro(rows: tuple[int, ...], size: int, repeats: int, shift: int, seed: int) -> None:
    weights, shape = levels(np.random.default_rng(seed), (size,), "int16"), (*rows, repeats * size)
    assert_same_sequence(window(shape, weights.tolist(), shift), invocations(seed, shape, "int16"))

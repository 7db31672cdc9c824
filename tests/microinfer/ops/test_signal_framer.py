"""SignalFramer: overlapping frames of a signal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, ShapeError
from tests.microinfer.ops.agreement import QUICK, Activation, content, lengths, seeds
from tests.microinfer.ops.audio import assert_agrees_where_valid, invocations, play


def framer(shape: tuple[int, ...], size: int, step: int, prefill: bool) -> bytes:
    outputs = [Activation((*shape[:-1], shape[-1] // step, size), dtype="int16"), Activation((), dtype="bool")]
    options = {"frame_size": size, "frame_step": step, "prefill": prefill}
    return content("SignalFramer", [Activation(shape, dtype="int16")], outputs, **options)


def test_frames_overlap_across_invocations() -> None:
    answers = play(framer((2,), 3, 2, prefill=False), [1, 2], [3, 4], [5, 6])
    assert answers == [[[[0, 0, 0]], False], [[[1, 2, 3]], True], [[[3, 4, 5]], True]]


def test_prefilled_frames_begin_with_zeros() -> None:
    assert play(framer((4,), 3, 2, prefill=True), [1, 2, 3, 4]) == [[[[0, 1, 2], [2, 3, 4]], True]]


def test_rows_are_signals_of_their_own() -> None:
    assert play(framer((2, 1), 2, 1, prefill=True), [[1], [2]], [[3], [4]])[1] == [[[[1, 3]], [[2, 4]]], True]


def test_steps_must_fit() -> None:
    with pytest.raises(ShapeError, match="3 samples are no whole number of steps of 2"):
        play(framer((3,), 4, 2, prefill=False), [0] * 3)
    with pytest.raises(ModelError, match="frame_step is 3, must be 1 to 2"):
        play(framer((3,), 2, 3, prefill=True), [0] * 3)


@QUICK
@given(lengths(1, 3), st.integers(1, 8), st.integers(1, 20), st.integers(1, 3), st.booleans(), seeds)
def test_as_tflite_micro(rows: tuple[int, ...], step: int, size: int, count: int, prefill: bool, seed: int) -> None:
    size = max(size, step) if prefill else size
    shape = (*rows[1:], count * step)
    assert_agrees_where_valid(framer(shape, size, step, prefill), invocations(seed, shape, "int16", 8))

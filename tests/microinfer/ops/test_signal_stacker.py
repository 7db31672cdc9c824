"""SignalStacker: a frame and its neighbours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError
from tests.microinfer.ops.agreement import QUICK, Activation, content, seeds
from tests.microinfer.ops.audio import assert_agrees_where_valid, invocations, play


def stacker(channels: int, left: int, right: int, step: int, size: int | None = None) -> bytes:
    outputs = [Activation((channels * (left + right + 1),), dtype="int16"), Activation((), dtype="bool")]
    options = {"stacker_left_context": left, "stacker_right_context": right, "stacker_step": step}
    frame = Activation((size or channels,), dtype="int16")
    return content("SignalStacker", [frame], outputs, num_channels=channels, **options)


def test_the_first_frame_stands_in_for_those_before() -> None:
    answers = play(stacker(2, 1, 1, 1), [1, 2], [3, 4], [5, 6])
    assert answers == [[[0] * 6, False], [[1, 2, 1, 2, 3, 4], True], [[1, 2, 3, 4, 5, 6], True]]


def test_one_stack_every_second_frame() -> None:
    answers = play(stacker(1, 1, 0, 2), [1], [2], [3], [4])
    assert answers == [[[1, 1], True], [[0, 0], False], [[2, 3], True], [[0, 0], False]]


def test_steps_must_fit() -> None:
    with pytest.raises(ModelError, match="stacker_step is 4, must be 1 to 3"):
        play(stacker(1, 1, 1, 4), [0])


def test_frames_hold_one_value_a_channel() -> None:
    with pytest.raises(ModelError, match="num_channels is 2, must be 3 to 3"):
        play(stacker(2, 0, 0, 1, size=3), [0] * 3)


@QUICK
@given(st.integers(1, 6), st.integers(0, 4), st.integers(0, 4), st.data(), seeds)
def test_as_tflite_micro(channels: int, left: int, right: int, data: st.DataObject, seed: int) -> None:
    file = stacker(channels, left, right, data.draw(st.integers(1, left + right + 1)))
    assert_agrees_where_valid(file, invocations(seed, (channels,), "int16", 14))

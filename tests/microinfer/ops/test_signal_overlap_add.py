"""SignalOverlapAdd: frames become a signal again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, ShapeError
from tests.microinfer.ops.agreement import QUICK, Activation, content, lengths, seeds
from tests.microinfer.ops.audio import TYPES, invocations, play
from tests.microinfer.ops.twins import assert_same_sequence


def overlap_add(shape: tuple[int, ...], step: int, dtype: str = "int16", kind: str | None = None) -> bytes:
    signal = Activation((*shape[:-2], shape[-2] * step) if len(shape) > 1 else shape, dtype=dtype)
    frames = Activation(shape, dtype=dtype)
    return content("SignalOverlapAdd", [frames], [signal], T=TYPES[kind or dtype], frame_step=step)


@pytest.mark.parametrize("dtype", ["int16", "float32"])
def test_frames_add_across_invocations(dtype: str) -> None:
    answers = play(overlap_add((1, 3), 2, dtype), [[1, 2, 3]], [[4, 5, 6]], [[0, 0, 0]])
    assert answers == [[[1, 2]], [[4 + 3, 5]], [[6, 0]]]


def test_int16_sums_saturate_and_stay_so() -> None:
    assert play(overlap_add((3, 2), 1), [[0, 30000], [10000, 0], [0, 0]]) == [[[0, 32767, 0]]]


def test_the_type_is_that_of_the_frames() -> None:
    with pytest.raises(ModelError, match="option T is type 0, input 0 is int16"):
        play(overlap_add((1, 2), 1, kind="float32"), [[0, 0]])


def test_steps_and_axes_must_fit() -> None:
    with pytest.raises(ModelError, match="frame_step is 3, must be 1 to 2"):
        play(overlap_add((1, 2), 3), [[0, 0]])
    with pytest.raises(ShapeError, match="needs at least 2 dimensions"):
        play(overlap_add((2,), 1), [0, 0])


@QUICK
@given(lengths(2, 4), st.integers(1, 16), st.data(), st.sampled_from(["int16", "float32"]), seeds)
def test_as_tflite_micro(rows: tuple[int, ...], size: int, data: st.DataObject, dtype: str, seed: int) -> None:
    shape = (*rows[1:], size)
    file = overlap_add(shape, data.draw(st.integers(1, size)), dtype)
    assert_same_sequence(file, invocations(seed, shape, dtype, 5))

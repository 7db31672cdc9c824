"""SignalFftAutoScale: shift a frame to the top of int16."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from tests.microinfer.ops.agreement import QUICK, Activation, content, seeds
from tests.microinfer.ops.audio import invocations, play
from tests.microinfer.ops.twins import assert_same_sequence


def auto_scale(size: int, scaled: int | None = None) -> bytes:
    outputs = [Activation((scaled or size,), dtype="int16"), Activation((), dtype="int32")]
    return content("SignalFftAutoScale", [Activation((size,), dtype="int16")], outputs)


@pytest.mark.parametrize(
    ("frame", "scaled", "bits"),
    [
        ([1, -2], [8192, -16384], 13),
        ([0, 0], [0, 0], 0),
        ([32767, 1], [32767, 1], 0),
        ([-32768, 100], [0, 25600], 8),  # -32768 is forgotten, 100 decides, and the shift of -32768 wraps
        ([300, -32768], [300, -32768], 0),
        ([-32768, -3], [-32768, -3], 0),
    ],
)
def test_the_largest_magnitude_decides(frame: list[int], scaled: list[int], bits: int) -> None:
    assert play(auto_scale(2), frame) == [[scaled, bits]]


def test_the_output_is_as_long_as_the_input() -> None:
    with pytest.raises(ShapeError, match="out0 is 3, the operator gives 2"):
        play(auto_scale(2, scaled=3), [0, 0])


@QUICK
@given(st.integers(1, 30), seeds)
def test_as_tflite_micro(size: int, seed: int) -> None:
    assert_same_sequence(auto_scale(size), invocations(seed, (size,), "int16", 8))

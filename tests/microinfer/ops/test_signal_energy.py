"""SignalEnergy: squared magnitudes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, ShapeError
from tests.microinfer.ops.agreement import QUICK, Activation, content, seeds
from tests.microinfer.ops.audio import invocations, play
from tests.microinfer.ops.twins import assert_same_sequence


def energy(bins: int, start: int, end: int, values: int | None = None) -> bytes:
    ends = Activation((values or 2 * bins,), dtype="int16"), Activation((bins,), dtype="uint32")
    return content("SignalEnergy", ends[:1], ends[1:], start_index=start, end_index=end)


def test_real_and_imaginary_parts_take_turns() -> None:
    assert play(energy(2, 0, 2), [3, -4, -32768, -32768]) == [[[25, 2**31]]]


def test_bins_outside_the_range_are_zero() -> None:
    assert play(energy(3, 1, 2), [1, 1, 2, 2, 3, 3]) == [[[0, 8, 0]]]


def test_the_range_must_lie_within_the_spectrum() -> None:
    with pytest.raises(ModelError, match="end_index is 4, must be 0 to 3"):
        play(energy(3, 0, 4), [0] * 6)
    with pytest.raises(ModelError, match="start_index is 3, must be 0 to 2"):
        play(energy(3, 3, 2), [0] * 6)


def test_an_odd_number_of_values() -> None:
    with pytest.raises(ShapeError, match="5 values are no complex numbers"):
        play(energy(3, 0, 2, values=5), [0] * 5)


@QUICK
@given(st.integers(1, 60), seeds)
def test_as_tflite_micro(bins: int, seed: int) -> None:
    assert_same_sequence(energy(bins, 0, bins), invocations(seed, (2 * bins,), "int16"))

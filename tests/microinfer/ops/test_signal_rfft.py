"""SignalRfft: spectra of frames."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.ops.agreement import QUICK, Activation, content, lengths, outputs_of, seeds
from tests.microinfer.ops.audio import TYPES, invocations, play
from tests.microinfer.ops.twins import assert_same_sequence

LENGTHS = st.sampled_from([4, 6, 8, 10, 12, 16, 18, 20, 24, 30, 32, 40, 50, 54, 64, 90, 120, 128, 250, 256, 360, 480])
DTYPES = st.sampled_from(["int16", "int32", "float32"])


def rfft(shape: tuple[int, ...], length: int, dtype: str = "int16", kind: str | None = None) -> bytes:
    ends = Activation(shape, dtype=dtype), Activation((*shape[:-1], length + 2), dtype=dtype)
    return content("SignalRfft", ends[:1], ends[1:], T=TYPES[kind or dtype], fft_length=length)


def test_an_impulse_has_all_frequencies() -> None:
    assert play(rfft((4,), 4), [16384, 0, 0, 0]) == [[[4096, 0, 4096, 0, 4096, 0]]]


def test_a_ramp_in_float() -> None:
    assert play(rfft((4,), 4, "float32"), [1, 2, 3, 4]) == [[[10, 0, -2, 2, -2, 0]]]


def test_short_frames_end_in_zeros() -> None:
    assert play(rfft((2, 1), 4, "float32"), [[1], [2]]) == [[[[1, 0, 1, 0, 1, 0], [2, 0, 2, 0, 2, 0]]]]


@pytest.mark.parametrize("length", [4, 12, 40, 480, 512])
@pytest.mark.parametrize(("dtype", "error"), [("int16", 4.0), ("int32", 4.0), ("float32", 0.3)])
def test_close_to_the_transform(length: int, dtype: str, error: float) -> None:
    """Fixed point divides by the length; float32 is off by rounding only, at sums near a million."""
    frame = np.random.default_rng(length).integers(-30000, 30000, length)
    found = outputs_of(parse(rfft((length,), length, dtype)), frame.astype(dtype))[0].astype(np.float64)
    exact = np.fft.rfft(frame) / (1 if dtype == "float32" else length)
    np.testing.assert_allclose(found[::2] + 1j * found[1::2], exact, rtol=0, atol=error)


@pytest.mark.parametrize("length", [64, 120])
def test_full_scale_square_waves_wrap_as_in_tflite_micro(length: int) -> None:
    turns = np.outer(np.arange(1, length // 2), np.arange(length)) / length
    waves = np.where(np.cos(2 * np.pi * turns) > -1e-9, 32767, -32768).astype(np.int16)
    assert_same_sequence(rfft((length,), length), [(wave,) for wave in waves])


@pytest.mark.parametrize("length", [2, 7, 14, 22])
def test_lengths_without_radices(length: int) -> None:
    with pytest.raises(ShapeError, match=rf"fft_length is {length}, must be 4 or more and 2 \* 2\^a"):
        play(rfft((2,), length), [0, 0])


def test_the_type_is_that_of_the_frames() -> None:
    with pytest.raises(ModelError, match="option T is type 2, input 0 is int16"):
        play(rfft((4,), 4, kind="int32"), [0] * 4)


def test_frames_must_not_be_longer_than_the_transform() -> None:
    with pytest.raises(ModelError, match="length of a frame is 5, must be 1 to 4"):
        play(rfft((5,), 4), [0] * 5)


@QUICK
@given(lengths(1, 3), LENGTHS, st.data(), DTYPES, seeds)
def test_as_tflite_micro(rows: tuple[int, ...], length: int, data: st.DataObject, dtype: str, seed: int) -> None:
    shape = (*rows[1:], data.draw(st.sampled_from([length, length // 2, 1])))
    assert_same_sequence(rfft(shape, length, dtype), invocations(seed, shape, dtype, 3))

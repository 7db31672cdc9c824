"""SignalIrfft: frames of spectra."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.ops.agreement import QUICK, Activation, content, lengths, outputs_of, seeds
from tests.microinfer.ops.audio import TYPES, invocations, play
from tests.microinfer.ops.test_signal_rfft import DTYPES, LENGTHS
from tests.microinfer.ops.twins import assert_same_sequence


def irfft(rows: tuple[int, ...], length: int, dtype: str = "int16", values: int | None = None) -> bytes:
    ends = Activation((*rows, values or length + 2), dtype=dtype), Activation((*rows, length), dtype=dtype)
    return content("SignalIrfft", ends[:1], ends[1:], T=TYPES[dtype], fft_length=length)


def test_all_frequencies_make_an_impulse() -> None:
    assert play(irfft((), 4), [4096, 0, 4096, 0, 4096, 0]) == [[[4096, 0, 0, 0]]]


def test_a_ramp_in_float() -> None:
    assert play(irfft((), 4, "float32"), [10, 7, -2, 2, -2, 7]) == [[[1, 2, 3, 4]]]


@pytest.mark.parametrize("length", [4, 12, 40, 480, 512])
@pytest.mark.parametrize(("dtype", "error"), [("int16", 4.0), ("int32", 4.0), ("float32", 0.3)])
def test_close_to_the_transform(length: int, dtype: str, error: float) -> None:
    spectrum = np.random.default_rng(length).integers(-10000, 10000, length + 2)
    found = outputs_of(parse(irfft((), length, dtype)), spectrum.astype(dtype))[0]
    np.testing.assert_allclose(found, np.fft.irfft(spectrum[::2] + 1j * spectrum[1::2]), rtol=0, atol=error)


def test_spectra_have_one_bin_more_than_half_the_length() -> None:
    with pytest.raises(ShapeError, match="spectra of 8 values, fft_length 8 has 10"):
        play(irfft((), 8, values=8), [0] * 8)


@QUICK
@given(lengths(1, 3), LENGTHS, DTYPES, seeds)
def test_as_tflite_micro(rows: tuple[int, ...], length: int, dtype: str, seed: int) -> None:
    shape = (*rows[1:], length + 2)
    assert_same_sequence(irfft(shape[:-1], length, dtype), invocations(seed, shape, dtype, 3))

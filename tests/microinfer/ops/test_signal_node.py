"""Options and tensors of the Signal operators, and all of them in a row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from microinfer.errors import ModelError, ShapeError
from tests.microinfer.ops.agreement import Activation, content
from tests.microinfer.ops.audio import invocations, play
from tests.microinfer.ops.twins import assert_same_sequence
from tests.support.tflite_builder import Builder

ROW = Activation((2,), dtype="int16")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "needs the options delay_length; has none"),
        ({"delay_length": 1, "depth": 2}, "needs the options delay_length; has delay_length, depth"),
        ({"delay_length": 1.5}, "option delay_length must be an int32 number, is 1.5"),
        ({"delay_length": 2**31}, "option delay_length must be an int32 number, is 2147483648"),
        ({"custom_options": b"\x07"}, "needs the options delay_length; has custom_options"),
    ],
)
def test_options_are_just_those_that_the_runtime_reads_by_position(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        play(content("SignalDelay", [ROW], [ROW], **options), [0, 0])


def test_the_number_of_tensors() -> None:
    with pytest.raises(ModelError, match="takes 1 inputs, has 2"):
        play(content("SignalDelay", [ROW, ROW], [ROW], delay_length=1), [0, 0])
    with pytest.raises(ModelError, match="gives 2 outputs, has 1"):
        play(content("SignalFftAutoScale", [ROW], [ROW]), [0, 0])


def test_dtypes_and_shapes_of_outputs() -> None:
    with pytest.raises(ModelError, match="out1 is int16, the operator gives int32"):
        play(content("SignalFftAutoScale", [ROW], [ROW, Activation((), dtype="int16")]), [0, 0])
    with pytest.raises(ShapeError, match="out1 is 1, the operator gives scalar"):
        play(content("SignalFftAutoScale", [ROW], [ROW, Activation((1,), dtype="int32")]), [0, 0])


def front_end(samples: int = 48, channels: int = 6) -> bytes:
    """Window, spectrum, filters, noise and gain control as a speech model has them."""
    b, bins, rng = Builder(), samples // 2 + 1, np.random.default_rng(3)
    weights = b.constant((np.hanning(samples) * 4095).astype(np.int16))
    filters = [rng.integers(0, 4096, bins), rng.integers(0, 4096, bins)]
    starts = np.arange(channels + 1) * 3
    columns = [b.constant(c.astype(np.int16)) for c in (*filters, starts, starts, np.full(channels + 1, 5))]
    table = b.constant((32767 / np.arange(1, 126)).astype(np.int16))
    x = b.input("x", (samples,), "int16")
    framed, scaled = (b.tensor(name, (samples,), "int16") for name in ("framed", "scaled"))
    bits, spectrum = b.tensor("bits", (), "int32"), b.tensor("spectrum", (2 * bins,), "int16")
    energies, sums = b.tensor("energies", (bins,), "uint32"), b.tensor("sums", (channels,), "uint64")
    roots, clean, noise, gained = (b.tensor(n, (channels,), "uint32") for n in ("roots", "clean", "noise", "gained"))
    smoothing = {"smoothing": 409, "one_minus_smoothing": 15975, "min_signal_remaining": 819, "clamping": False}
    alternate = {"alternate_smoothing": 983, "alternate_one_minus_smoothing": 15401, "num_channels": channels}
    b.op("SignalWindow", [x, weights], [framed], shift=12)
    b.op("SignalFftAutoScale", [framed], [scaled, bits])
    b.op("SignalRfft", [scaled], [spectrum], T=7, fft_length=samples)
    b.op("SignalEnergy", [spectrum], [energies], start_index=0, end_index=bins)
    b.op("SignalFilterBank", [energies, *columns], [sums], num_channels=channels)
    b.op("SignalFilterBankSquareRoot", [sums, bits], [roots])
    b.op("SignalFilterBankSpectralSubtraction", [roots], [clean, noise],
         smoothing_bits=10, spectral_subtraction_bits=14, **smoothing, **alternate)  # fmt: skip
    b.op("SignalPCAN", [clean, noise, table], [gained], snr_shift=6)
    b.op("SignalFilterBankLog", [gained], [b.output("y", (channels,), "int16")],
         input_correction_bits=3, output_scale=64)  # fmt: skip
    return b.build()


def test_a_whole_front_end_as_tflite_micro() -> None:
    assert_same_sequence(front_end(), invocations(1, (48,), "int16", 40))

"""SignalFilterBankSpectralSubtraction: a noise estimate that follows the signal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError
from tests.microinfer.ops.agreement import QUICK, Activation, content, seeds
from tests.microinfer.ops.audio import invocations, play
from tests.microinfer.ops.twins import assert_same_sequence

IN_SIXTEENTHS = {
    "smoothing": 4,
    "one_minus_smoothing": 12,
    "alternate_smoothing": 8,
    "alternate_one_minus_smoothing": 8,
    "min_signal_remaining": 2,
    "smoothing_bits": 1,
    "spectral_subtraction_bits": 4,
    "clamping": False,
}


def subtraction(size: int, **options: Any) -> bytes:
    end = Activation((size,), dtype="uint32")
    return content("SignalFilterBankSpectralSubtraction", [end], [end, end], **({"num_channels": size} | options))


def test_the_estimate_follows_and_odd_channels_have_factors_of_their_own() -> None:
    first, second = play(subtraction(2, **IN_SIXTEENTHS), [16, 16], [0, 16])
    assert first == [[(32 - 8) // 2, (32 - 16) // 2], [8, 16]]
    assert second == [[0, (32 - 24) // 2], [6, 24]]


def test_clamping_lowers_the_estimate_to_the_signal() -> None:
    file = subtraction(2, **(IN_SIXTEENTHS | {"clamping": True}))
    assert play(file, [16, 16], [0, 16])[1] == [[0, 4], [0, 24]]


def test_a_fraction_of_the_signal_remains() -> None:
    file = subtraction(1, **(IN_SIXTEENTHS | {"smoothing": 16}))
    assert play(file, [80]) == [[[10], [160]]]


def test_the_number_of_channels_must_be_that_of_the_input() -> None:
    with pytest.raises(ModelError, match="num_channels is 3, must be 2 to 2"):
        play(subtraction(2, **(IN_SIXTEENTHS | {"num_channels": 3})), [0, 0])


factor = st.integers(0, 1 << 14) | st.integers(-(2**31), 2**31 - 1)


@QUICK
@given(st.integers(1, 12), st.lists(factor, min_size=5, max_size=5), st.integers(0, 31), st.integers(0, 40),
       st.booleans(), seeds)  # fmt: skip
def test_as_tflite_micro(
    size: int, factors: list[int], smoothing_bits: int, bits: int, clamping: bool, seed: int
) -> None:
    options = dict(zip(IN_SIXTEENTHS, [*factors, smoothing_bits, bits, clamping], strict=True))
    assert_same_sequence(subtraction(size, **options), invocations(seed, (size,), "uint32", 6))

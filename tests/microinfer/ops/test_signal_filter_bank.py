"""SignalFilterBank: weighted sums of energies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from tests.microinfer.ops.agreement import QUICK, Activation, Constant, content, seeds
from tests.microinfer.ops.audio import Array, invocations, levels, play
from tests.microinfer.ops.twins import assert_same_sequence


def bank(bins: int, channels: int, *columns: Array | list[int]) -> bytes:
    """`columns`: weights, unweights, first bins, first weights, widths."""
    constants = [Constant(np.array(column, np.int16)) for column in columns]
    inputs = [Activation((bins,), dtype="uint32"), *constants]
    return content("SignalFilterBank", inputs, [Activation((channels,), dtype="uint64")], num_channels=channels)


def test_a_channel_rises_by_its_weights_and_falls_by_the_unweights_before() -> None:
    file = bank(3, 2, [10, 20, 30], [1, 2, 3], [0, 1, 2], [0, 1, 2], [1, 1, 1])
    assert play(file, [1, 2, 3]) == [[[20 * 2 + 1 * 1, 30 * 3 + 2 * 2]]]


def test_sums_wrap_at_64_bits() -> None:
    assert play(bank(1, 1, [-1], [0], [0, 0], [0, 0], [0, 1]), [5]) == [[[2**64 - 5]]]


@pytest.mark.parametrize("column", [[0, 3], [-1, 0]])
def test_filters_must_lie_within_the_spectrum(column: list[int]) -> None:
    with pytest.raises(ShapeError, match="does not fit 4 bins and 4 weights"):
        play(bank(4, 1, [1] * 4, [1] * 4, column, [0, 0], [2, 2]), [0] * 4)


def test_one_filter_more_than_channels() -> None:
    with pytest.raises(ShapeError, match="2 channels need 3 starts and widths"):
        play(bank(4, 2, [1] * 4, [1] * 4, [0, 0], [0, 0], [1, 1]), [0] * 4)


@QUICK
@given(st.integers(5, 40), st.integers(5, 40), st.integers(1, 8), seeds)
def test_as_tflite_micro(bins: int, count: int, channels: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights, unweights = (levels(rng, (count,), "int16") for _ in range(2))
    first_bins, first_weights = (rng.integers(0, n - 5, channels + 1, endpoint=True) for n in (bins, count))
    widths = rng.integers(-1, 6, channels + 1)
    file = bank(bins, channels, weights, unweights, first_bins, first_weights, widths)
    assert_same_sequence(file, invocations(seed, (bins,), "uint32"))

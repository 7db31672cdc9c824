"""SignalPCAN: gain by the noise estimate, soft threshold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.ops.agreement import QUICK, Activation, Constant, content, outputs_of, seeds
from tests.microinfer.ops.audio import Array, levels
from tests.microinfer.ops.twins import assert_same_sequence


def pcan(size: int, table: Array, snr_shift: int) -> bytes:
    end = Activation((size,), dtype="uint32")
    return content("SignalPCAN", [end, end, Constant(table.astype(np.int16))], [end], snr_shift=snr_shift)


def gained(signal: list[int], noise: list[int], table: Array, snr_shift: int) -> list[int]:
    model = parse(pcan(len(signal), table, snr_shift))
    return list(outputs_of(model, np.array(signal, np.uint32), np.array(noise, np.uint32))[0].tolist())


def test_the_threshold_is_soft() -> None:
    table = np.full(125, 2)
    assert gained([4096, 12288], [0, 2], table, 1) == [64 // 4, 64 * 2]  # 1 gives 1/4, 3 gives 2, in 64ths


def test_the_gain_is_a_quadratic_within_an_octave_of_noise() -> None:
    table = np.zeros(125)
    table[6:9] = 100, 64, 32
    fraction = 256  # of 5 = 4 * (1 + 256 / 1024)
    gain = 100 + (((64 * 32 + (32 * fraction) // 32) * fraction + (1 << 14)) >> 15)
    assert gained([100], [5], table, 0) == [(100 * gain) // 64 - 64]


def test_the_table_reaches_as_far_as_noise_may() -> None:
    with pytest.raises(ShapeError, match="124 gains; needs 125 gains"):
        gained([0], [0], np.zeros(124), 0)


@QUICK
@given(st.integers(1, 20), st.integers(0, 63), seeds)
def test_as_tflite_micro(size: int, snr_shift: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    file = pcan(size, levels(rng, (125,), "int16"), snr_shift)
    assert_same_sequence(file, [tuple(levels(rng, (size,), "uint32") for _ in range(2)) for _ in range(4)])

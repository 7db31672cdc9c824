"""SignalFilterBankLog: scaled logarithms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError
from tests.microinfer.ops.agreement import QUICK, Activation, content, seeds
from tests.microinfer.ops.audio import invocations, levels, play
from tests.microinfer.ops.twins import assert_same_sequence


def log(size: int, bits: int, scale: int) -> bytes:
    ends = Activation((size,), dtype="uint32"), Activation((size,), dtype="int16")
    return content("SignalFilterBankLog", ends[:1], ends[1:], input_correction_bits=bits, output_scale=scale)


def test_below_two_the_answer_is_zero() -> None:
    assert play(log(3, 0, 64), [0, 1, 2]) == [[[0, 0, 44]]]  # 64 * log(2) = 44.4


def test_correction_bits_are_shifted_in() -> None:
    assert play(log(1, 3, 1000), [1]) == [[[2079]]]  # 1000 * log(8) = 2079.4


def test_answers_saturate() -> None:
    assert play(log(1, 0, 1600), [2**32 - 1]) == [[[32767]]]


def test_correction_bits_that_c_leaves_undefined() -> None:
    with pytest.raises(ModelError, match="input_correction_bits is 32, must be 0 to 31"):
        play(log(1, 32, 64), [1])


def test_close_to_the_logarithm() -> None:
    x = np.concatenate([levels(np.random.default_rng(seed), (50,), "uint32") for seed in range(20)])
    found = np.array(play(log(1000, 0, 64), x)[0][0])
    np.testing.assert_allclose(found, 64 * np.log(np.maximum(x, 1).astype(np.float64)), rtol=0, atol=0.8)


@QUICK
@given(st.integers(1, 30), st.integers(0, 31), st.integers(1, 2000) | st.integers(-(2**31), 2**31 - 1), seeds)
def test_as_tflite_micro(size: int, bits: int, scale: int, seed: int) -> None:
    assert_same_sequence(log(size, bits, scale), invocations(seed, (size,), "uint32"))

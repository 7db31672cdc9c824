"""CAST: what does not fit, and TensorFlow Lite Micro."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given

from microinfer.ops.cast import cast
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, lengths, seeds
from tests.microinfer.ops.elementwise import Shape, assert_agree_on

DTYPES = ["bool", "int8", "int16", "int32", "uint32", "float32"]


def test_floats_are_truncated_and_saturated() -> None:
    x = np.array([1.9, -1.9, 300.0, -np.inf, np.nan, 4e9], np.float32)
    assert cast(x, "int8").tolist() == [1, -1, 127, -128, 0, 127]
    assert cast(x, "int32").tolist() == [1, -1, 300, -(2**31), 0, 2**31 - 1]
    assert cast(x, "uint32").tolist() == [1, 0, 300, 0, 0, 4000000000]
    assert cast(x, "bool").tolist() == [True] * 6


def test_integers_keep_their_low_bits() -> None:
    assert cast(np.array([300, -129, 65537], np.int32), "int8").tolist() == [44, 127, 1]


@pytest.mark.parametrize(("source", "target"), list(product(DTYPES, DTYPES)))
@QUICK
@given(lengths(1, 4), seeds)
def test_as_tflite_micro(source: str, target: str, shape: Shape, seed: int) -> None:
    assert_agree_on("CAST", [Activation(shape, dtype=source)], Activation(shape, dtype=target), seed)

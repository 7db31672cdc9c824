"""SignalFilterBankSquareRoot: rounded roots of 64-bit channels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import DomainError
from microinfer.graph.tflite import parse
from tests.microinfer.ops.agreement import QUICK, Activation, content, outputs_of, seeds
from tests.microinfer.ops.audio import levels
from tests.microinfer.ops.twins import assert_same_sequence


def square_root(size: int) -> bytes:
    inputs = [Activation((size,), dtype="uint64"), Activation((), dtype="int32")]
    return content("SignalFilterBankSquareRoot", inputs, [Activation((size,), dtype="uint32")])


def roots(values: list[int], bits: int) -> list[int]:
    outputs = outputs_of(parse(square_root(len(values))), np.array(values, np.uint64), np.array(bits, np.int32))
    return list(outputs[0].tolist())


@pytest.mark.parametrize(
    ("value", "root"),
    [(0, 0), (2, 1), (3, 2), (6, 2), (7, 3), (2**32 - 1, 0xFFFF), (2**32, 0x10000), (2**64 - 1, 0xFFFFFFFF)],
)
def test_roots_round_to_nearest_and_saturate(value: int, root: int) -> None:
    assert roots([value], 0) == [root]


def test_roots_are_shifted_down() -> None:
    assert roots([49, 100], 1) == [3, 5]


def test_shifts_that_c_leaves_undefined() -> None:
    with pytest.raises(DomainError, match="by 32 bits"):
        roots([1], 32)


@QUICK
@given(st.integers(1, 20), st.integers(0, 31), seeds)
def test_as_tflite_micro(size: int, bits: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    root = levels(rng, (size,), "uint32").astype(np.uint64)
    edges = root * root + rng.choice(np.array([0, 1], np.uint64), size) * root + rng.integers(0, 2, size, np.uint64)
    shift = np.array(bits, np.int32)
    inputs = [(values, shift) for values in (levels(rng, (size,), "uint64"), edges)]
    assert_same_sequence(square_root(size), inputs)

"""The same bytes through microinfer and TensorFlow Lite Micro."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microinfer.graph.session import Session
from microinfer.graph.tflite import parse
from tests.support import tflm

_ENDS = {"int8": (-128, 127), "int16": (-32768, 32767)}


def assert_same(content: bytes, *inputs: NDArray[Any]) -> None:
    """Fail unless every output has the same bits; NaN equals NaN."""
    assert_same_sequence(content, [inputs])


def assert_same_sequence(content: bytes, invocations: Sequence[tuple[NDArray[Any], ...]]) -> None:
    """Fail unless every output of every invocation has the same bits, variables living on between them."""
    session = Session(parse(content, "twin.tflite"))
    for inputs, expected in zip(invocations, tflm.run_sequence(content, invocations), strict=True):
        for ours, theirs in zip(session.run(*inputs).outputs, expected, strict=True):
            assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
            np.testing.assert_array_equal(ours, theirs)
            np.testing.assert_array_equal(np.signbit(ours), np.signbit(theirs))


def values(generator: np.random.Generator, shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
    """Random activations; of integers a fifth lies at either end of the range."""
    if dtype == "float32":
        return (generator.standard_normal(shape) * 10.0 ** generator.integers(-2, 3)).astype(np.float32)
    low, high = _ENDS[dtype]
    drawn = generator.integers(low, high, shape, endpoint=True)
    ends = generator.choice(np.array([low, high]), shape)
    return np.where(generator.random(shape) < 0.2, ends, drawn).astype(dtype)


def scales(generator: np.random.Generator, count: int) -> list[float]:
    """`count` weight scales around 2**-7."""
    return [float(s) for s in (2.0 ** generator.uniform(-10, -4, count)).astype(np.float32)]

"""What tests of the Signal operators feed: integers of any loudness, and sessions over several invocations."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from microinfer.graph.session import Session
from microinfer.graph.tflite import parse
from tests.microinfer.ops.agreement import assert_same_bits
from tests.support import tflm

Array = NDArray[Any]
TYPES = {"float32": 0, "int32": 2, "int16": 7}
"""The option T by dtype."""


def levels(generator: np.random.Generator, shape: tuple[int, ...], dtype: str) -> Array:
    """Random integers of a random number of bits, every other time with ends of the range among them; or floats."""
    if dtype == "float32":
        return (generator.standard_normal(shape) * 10.0 ** generator.integers(-3, 4)).astype(np.float32)
    info = np.iinfo(dtype)
    most = 2 ** int(generator.integers(1, info.bits + 1))
    low, high = max(-most, int(info.min)), min(most - 1, int(info.max))
    drawn = generator.integers(low, high, shape, dtype, endpoint=True)
    ends = generator.choice(np.array([info.min, info.max], dtype), shape)
    return np.where(generator.random(shape) < generator.choice([0.0, 0.2]), ends, drawn)


def invocations(seed: int, shape: tuple[int, ...], dtype: str, count: int = 4) -> list[tuple[Array, ...]]:
    """Inputs of `count` invocations of a model with one input."""
    generator = np.random.default_rng(seed)
    return [(levels(generator, shape, dtype),) for _ in range(count)]


def play(content: bytes, *signals: Any) -> list[list[Any]]:
    """Outputs, as lists, of one invocation after the other on one session."""
    session = Session(parse(content))
    shape, dtype = session.model.inputs[0].shape, session.model.inputs[0].dtype
    runs = [session.run(np.array(signal, dtype).reshape(shape)) for signal in signals]
    return [[output.tolist() for output in run.outputs] for run in runs]


def assert_agrees_where_valid(content: bytes, inputs: list[tuple[Array, ...]]) -> None:
    """As `twins.assert_same_sequence`, but the first output counts only where the second one says that it is valid."""
    session = Session(parse(content))
    for given, (expected, valid) in zip(inputs, tflm.run_sequence(content, inputs), strict=True):
        found, ready = session.run(*given).outputs
        assert_same_bits(ready, valid)
        if valid:
            assert_same_bits(found, expected)

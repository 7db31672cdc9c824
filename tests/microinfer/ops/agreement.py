"""One operator through microinfer and TensorFlow Lite Micro, compared bit by bit, sample by sample and as a batch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from microinfer.graph.model import Model
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation, Constant
from tests.support import tflm
from tests.support.tflite_builder import Builder

Array = NDArray[Any]

EXAMPLES = int(os.environ.get("MICROINFER_EXAMPLES", "20"))
QUICK = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)
SAMPLES = 2

seeds = st.integers(0, 2**32 - 1)


def lengths(lowest: int, highest: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Shapes of `lowest` to `highest` dimensions, half of them with room for samples along the first."""
    small = st.integers(1, 4)
    free = st.lists(small, min_size=lowest, max_size=highest).map(tuple)
    return free | free.map(lambda shape: (1, *shape[1:]) if shape else shape)


def content(op: str, inputs: Sequence[Activation | Constant], outputs: Sequence[Activation], **options: Any) -> bytes:
    """A .tflite file with one operator; its activations are the inputs and outputs of the model, in order."""
    builder = Builder()
    given = []
    for i, item in enumerate(inputs):
        if isinstance(item, Activation):
            given.append(builder.input(f"in{i}", item.shape, item.dtype, item.scale, item.zero_point))
        else:
            given.append(builder.constant(item.values, item.scale, item.zero_point, item.axis))
    made = [builder.output(f"out{i}", o.shape, o.dtype, o.scale, o.zero_point) for i, o in enumerate(outputs)]
    builder.op(op, given, made, **options)
    return builder.build()


def numbers(*values: int) -> Constant:
    """An int32 vector that the model fixes."""
    return Constant(np.array(values, np.int32))


def samples(seed: int, shape: tuple[int, ...], dtype: str = "int8", count: int = SAMPLES) -> Array:
    """`count` random arrays of `shape`, stacked; a fifth of integers lies at either end of the range."""
    generator = np.random.default_rng(seed)
    full = (count, *shape)
    if dtype == "bool":
        return generator.integers(0, 2, full).astype(bool)
    if dtype.startswith("float"):
        drawn = generator.standard_normal(full) * 10.0 ** generator.integers(-2, 3)
        return np.where(generator.random(full) < 0.1, np.float32(-0.0), drawn).astype(dtype)
    info = np.iinfo(dtype)
    drawn = generator.integers(info.min, info.max, full, np.dtype(dtype), endpoint=True)
    ends = generator.choice(np.array([info.min, info.max], dtype), full)
    return np.where(generator.random(full) < 0.2, ends, drawn).astype(dtype)


def outputs_of(model: Model, *inputs: Array) -> tuple[Array, ...]:
    """Outputs as a tuple, however many there are."""
    return model.trace(*inputs).outputs


def assert_same_bits(actual: Array, expected: Array) -> None:
    """Fail unless dtype, shape and every bit agree; NaN is NaN, whatever its bits."""
    assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(actual, expected)
    if expected.dtype.kind == "f":
        real = ~np.isnan(expected)
        np.testing.assert_array_equal(np.signbit(actual[real]), np.signbit(expected[real]))


def assert_agrees(file: bytes, *stacks: Array) -> None:
    """Fail unless microinfer answers as TensorFlow Lite Micro for each sample of `stacks`, and the same for a batch."""
    model = parse(file)
    expected = [tflm.run(file, *inputs) for inputs in zip(*stacks, strict=True)]
    for inputs, outputs in zip(zip(*stacks, strict=True), expected, strict=True):
        for ours, theirs in zip(outputs_of(model, *inputs), outputs, strict=True):
            assert_same_bits(ours, theirs)
    whole = [s.reshape(len(s), *s.shape[2:]) if s.shape[1:2] == (1,) else s for s in stacks]
    if all(output.shape for output in model.outputs):
        for i, ours in enumerate(outputs_of(model, *whole)):
            theirs = np.stack([outputs[i] for outputs in expected])
            assert_same_bits(ours.reshape(theirs.shape), theirs)

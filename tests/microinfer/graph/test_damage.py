"""Damaged files end in ModelError or UnsupportedError, or are another model; nothing else, and soon."""

from __future__ import annotations

import contextlib
import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from microinfer.errors import MicroinferError, ModelError
from microinfer.graph.model import Model
from microinfer.graph.session import Session
from microinfer.graph.tflite import parse
from tests.microinfer.drawn import MANY
from tests.support.tflite_builder import Builder

LONGEST = 5.0
MOST_ELEMENTS = 1 << 16
WIDEST_OPTION = 1 << 12
FLIPS = settings(MANY, max_examples=400)


def small_network() -> bytes:
    """Convolution, pooling, reshape, fully connected, softmax on 4 x 4 pixels."""
    builder = Builder()
    x = builder.input("x", (1, 4, 4, 1), scale=0.5)
    conv = builder.tensor("conv", (1, 4, 4, 2), scale=0.5)
    pool = builder.tensor("pool", (1, 2, 2, 2), scale=0.5)
    flat = builder.tensor("flat", (1, 8), scale=0.5)
    dense = builder.tensor("dense", (1, 3), scale=0.5)
    y = builder.output("y", (1, 3), scale=1 / 256, zero_point=-128)
    w = builder.constant(np.ones((2, 3, 3, 1), np.int8), [0.1, 0.2])
    bias = builder.constant(np.array([1, 2], np.int32))
    builder.op("CONV_2D", [x, w, bias], [conv], version=3, padding="SAME", stride_h=1, stride_w=1)
    builder.op("MAX_POOL_2D", [conv], [pool], padding="VALID", stride_h=2, stride_w=2, filter_height=2, filter_width=2)
    builder.op("RESHAPE", [pool, builder.constant(np.array([1, 8], np.int32))], [flat], new_shape=(1, 8))
    builder.op("FULLY_CONNECTED", [flat, builder.constant(np.ones((3, 8), np.int8), 0.1), None], [dense], version=4)
    builder.op("SOFTMAX", [dense], [y], beta=1.0)
    return builder.build()


CONTENT = small_network()


def is_small(model: Model) -> bool:
    """Whether the model may be run here: shapes and windows that memory is no matter for."""
    options = [value for node in model.nodes for _, value in node.options.values if isinstance(value, int)]
    return all(t.elements < MOST_ELEMENTS for t in model.tensors) and all(v < WIDEST_OPTION for v in options)


def run(content: bytes) -> None:
    """Read, plan and, if it is small, run a model; MicroinferError is all that may come of it."""
    try:
        model = parse(content)
        if is_small(model):
            Session(model).run(*(np.zeros(t.shape, t.dtype) for t in model.inputs))
    except MicroinferError:
        return


def check(content: bytes) -> None:
    """Reading ends in a model or ModelError, the rest in a result or MicroinferError, all of it soon."""
    started = time.perf_counter()
    with contextlib.suppress(ModelError):
        parse(content)
    run(content)
    assert time.perf_counter() - started < LONGEST


def test_the_undamaged_model_runs() -> None:
    assert parse(CONTENT).run(np.zeros((4, 4, 1), np.int8)).shape == (1, 3)


def test_truncation_at_every_third_byte() -> None:
    for length in range(0, len(CONTENT), 3):
        check(CONTENT[:length])
    for length in range(200):
        with pytest.raises(ModelError):
            parse(CONTENT[:length])


def test_bytes_that_follow_are_ignored() -> None:
    assert parse(CONTENT + b"\xff" * 64).run(np.zeros((4, 4, 1), np.int8)).shape == (1, 3)


@FLIPS
@given(st.integers(0, len(CONTENT) - 1), st.integers(0, 7))
@pytest.mark.filterwarnings("default::RuntimeWarning")
def test_one_bit(position: int, bit: int) -> None:
    content = bytearray(CONTENT)
    content[position] ^= 1 << bit
    check(bytes(content))


@FLIPS
@given(st.lists(st.tuples(st.integers(0, len(CONTENT) - 1), st.integers(0, 255)), min_size=2, max_size=12))
@pytest.mark.filterwarnings("default::RuntimeWarning")
def test_several_bytes(changes: list[tuple[int, int]]) -> None:
    content = bytearray(CONTENT)
    for position, value in changes:
        content[position] = value
    check(bytes(content))


@MANY
@given(st.integers(2, len(CONTENT) // 4 - 1), st.integers(0, 2**32 - 1))
@example(10, 2**32 - 1)
@pytest.mark.filterwarnings("default::RuntimeWarning")
def test_one_word(index: int, value: int) -> None:
    content = CONTENT[: 4 * index] + value.to_bytes(4, "little") + CONTENT[4 * index + 4 :]
    check(content)


@MANY
@given(st.binary(max_size=200))
def test_random_bytes(content: bytes) -> None:
    with pytest.raises(ModelError):
        parse(content)


@MANY
@given(st.binary(min_size=8, max_size=200))
@pytest.mark.filterwarnings("default::RuntimeWarning")
def test_random_bytes_behind_the_identifier(content: bytes) -> None:
    check(content[:4] + b"TFL3" + content[8:])

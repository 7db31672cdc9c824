"""SignalDelay: samples come out later."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from microinfer.graph.session import Session
from microinfer.graph.tflite import parse
from tests.microinfer.ops.agreement import QUICK, Activation, content, lengths, seeds
from tests.microinfer.ops.audio import invocations, play
from tests.microinfer.ops.twins import assert_same_sequence
from tests.support.tflite_builder import Builder


def delay(shape: tuple[int, ...], length: int) -> bytes:
    end = Activation(shape, dtype="int16")
    return content("SignalDelay", [end], [end], delay_length=length)


def test_rows_are_delayed_by_three_samples() -> None:
    answers = play(delay((2, 2), 3), [[1, 2], [5, 6]], [[3, 4], [7, 8]], [[0, 0], [0, 0]])
    assert answers == [[[[0, 0], [0, 0]]], [[[0, 1], [0, 5]]], [[[2, 3], [6, 7]]]]


def test_a_reset_forgets_the_samples() -> None:
    session = Session(parse(delay((1,), 1)))
    session.run(np.array([5], np.int16))
    session.reset()
    assert session.run(np.array([6], np.int16)).outputs[0].tolist() == [0]


def test_the_order_of_invocations_matters() -> None:
    assert Session(parse(delay((1,), 1))).stateful


def test_two_delays_keep_their_own_samples() -> None:
    b = Builder()
    x, half, y = b.input("x", (1,), "int16"), b.tensor("half", (1,), "int16"), b.output("y", (1,), "int16")
    b.op("SignalDelay", [x], [half], delay_length=1)
    b.op("SignalDelay", [half], [y], delay_length=1)
    assert play(b.build(), [1], [2], [3], [4]) == [[[0]], [[0]], [[1]], [[2]]]


@QUICK
@given(lengths(1, 3), st.integers(1, 12), st.integers(0, 30), seeds)
def test_as_tflite_micro(rows: tuple[int, ...], size: int, length: int, seed: int) -> None:
    shape = (*rows[1:], size)
    assert_same_sequence(delay(shape, length), invocations(seed, shape, "int16", 6))

"""SVDF: a case worked by hand, and TensorFlow Lite Micro over several invocations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.model import Model
from microinfer.graph.session import Session
from microinfer.graph.tflite import parse
from tests.microinfer import drawn
from tests.microinfer.ops.twins import assert_same_sequence, values
from tests.support.tflite_builder import Builder


def two_units(**state: bool) -> Model:
    """Two inputs, two filters of memory 2 and rank 1, every scale 1."""
    b = Builder()
    x = b.input("x", (1, 2), scale=1.0)
    features = b.constant(np.array([[1, 0], [1, 1]], np.int8), 1.0)
    time = b.constant(np.array([[1, 10], [2, 1]], np.int8), 1.0)
    bias = b.constant(np.array([100, 0], np.int32), 1.0)
    past = b.tensor("state", (1, 4), "int8", 1.0, is_variable=state.get("is_variable", True))
    y = b.output("y", (1, 2), scale=1.0)
    b.op("SVDF", [x, features, time, bias, past], [y], version=3, rank=1)
    return parse(b.build())


def test_filters_see_the_last_invocations() -> None:
    session = Session(two_units())
    np.testing.assert_array_equal(session.run(np.array([[1, 2]], np.int8)).outputs[0], [[110, 3]])
    np.testing.assert_array_equal(session.run(np.array([[2, 0]], np.int8)).outputs[0], [[121, 2 * 3 + 2]])
    session.reset()
    np.testing.assert_array_equal(session.run(np.array([[1, 2]], np.int8)).outputs[0], [[110, 3]])


def test_the_state_must_be_a_variable() -> None:
    with pytest.raises(ModelError):
        Session(two_units(is_variable=False))


def test_the_rank_must_divide_the_filters() -> None:
    b = Builder()
    x, y = b.input("x", (1, 2), scale=1.0), b.output("y", (1, 1), scale=1.0)
    features, time = b.constant(np.ones((3, 2), np.int8), 1.0), b.constant(np.ones((3, 2), np.int8), 1.0)
    bias, past = b.constant(np.ones(1, np.int32), 1.0), b.tensor("state", (1, 6), "int8", 1.0, is_variable=True)
    b.op("SVDF", [x, features, time, bias, past], [y], version=3, rank=2)
    with pytest.raises(ShapeError, match="rank 2"):
        Session(parse(b.build()))


@drawn.SOME
@given(st.sampled_from(["int8", "int16", "float32"]), st.integers(1, 2), st.integers(1, 12), st.integers(1, 4),
       st.integers(1, 3), st.integers(1, 6), st.sampled_from(["NONE", "RELU", "RELU6", "TANH", "RELU_N1_TO_1"]),
       drawn.seed)  # fmt: skip
def test_against_tflm(
    kind: str, batch: int, depth: int, units: int, rank: int, memory: int, fused: str, seed: int
) -> None:
    """`kind` is the dtype of the state; activations are int8 unless it is float32."""
    rng, b, filters = np.random.default_rng(seed), Builder(), units * rank
    outer, real = ("float32", True) if kind == "float32" else ("int8", False)
    scale = [None if real else float(np.float32(2.0 ** rng.uniform(-9, -3))) for _ in range(5)]
    zeros = [0 if real else int(z) for z in rng.integers(-128, 128, 3)]
    x = b.input("x", (batch, depth), outer, scale[0], zeros[0])
    features = b.constant(values(rng, (filters, depth), outer), scale[1])
    time = b.constant(values(rng, (filters, memory), kind), scale[2])
    bias_values = values(rng, (units,), "float32") if real else rng.integers(-5000, 5000, units).astype(np.int32)
    bias = b.constant(bias_values, None if real else scale[2] * scale[3])
    zero = zeros[1] if kind == "int8" else 0
    past = b.tensor("state", (batch, filters * memory), kind, scale[3], zero, is_variable=True)
    y = b.output("y", (batch, units), outer, scale[4], zeros[2])
    b.op("SVDF", [x, features, time, bias, past], [y], version=3, rank=rank, fused_activation_function=fused)
    assert_same_sequence(b.build(), [(values(rng, (batch, depth), outer),) for _ in range(4)])

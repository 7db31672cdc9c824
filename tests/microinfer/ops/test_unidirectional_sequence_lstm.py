"""UNIDIRECTIONAL_SEQUENCE_LSTM: what gates do at their ends, and TensorFlow Lite Micro over several invocations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.session import Session
from microinfer.graph.tflite import parse
from tests.microinfer import drawn
from tests.microinfer.ops.twins import assert_same_sequence, values
from tests.support.tflite_builder import Builder


@dataclass(frozen=True)
class Layer:
    """Sizes, options and scales of one layer; `bias` is (input, forget, cell, output) in real units.

    With `bias` weights and zero points are zero, without it all are drawn. States that are no variables are inputs.
    """

    dtype: str
    batch: int = 1
    steps: int = 1
    depth: int = 1
    hidden: int = 1
    time_major: bool = False
    cell_clip: float = 0.0
    cell_power: int = -11
    bias: tuple[float, float, float, float] | None = None
    is_variable: bool = True

    @property
    def input_shape(self) -> tuple[int, int, int]:
        return (self.steps, self.batch, self.depth) if self.time_major else (self.batch, self.steps, self.depth)

    def build(self, rng: np.random.Generator) -> bytes:
        b, real = Builder(), self.dtype == "float32"
        cell_dtype = "float32" if real else "int16"
        bias = {"int8": np.int32, "int16": np.int64, "float32": np.float32}[self.dtype]
        drawn_zeros = self.dtype == "int8" and not self.bias
        zeros = [int(z) if drawn_zeros else 0 for z in rng.integers(-128, 128, 2)]
        scale = None if real else float(np.float32(2.0 ** rng.uniform(-8, -5) / (1 if self.dtype == "int8" else 256)))
        hidden_scale = None if real else (1 / 128 if self.dtype == "int8" else 2.0**-15)
        x = b.input("x", self.input_shape, self.dtype, scale, zeros[0])
        weights = [self._weights(b, rng, i < 4) for i in range(8)]
        biases = [b.constant(self._bias(rng, i, scale).astype(bias), scale) for i in range(4)]
        shape, cell_scale = (self.batch, self.hidden), None if real else 2.0**self.cell_power
        states = (("hidden", shape, self.dtype, hidden_scale, zeros[1]), ("cell", shape, cell_dtype, cell_scale, 0))
        state, cell = (b.tensor(*t, is_variable=True) if self.is_variable else b.input(*t) for t in states)
        y = b.output("y", (*self.input_shape[:2], self.hidden), self.dtype, hidden_scale, zeros[1])
        given = [x, *weights, *[None] * 3, *biases, None, None, state, cell, *[None] * 4]
        options = {"time_major": self.time_major, "cell_clip": self.cell_clip, "fused_activation_function": "TANH"}
        b.op("UNIDIRECTIONAL_SEQUENCE_LSTM", given, [y], **options)
        return b.build()

    def _weights(self, b: Builder, rng: np.random.Generator, on_input: bool) -> int:
        shape = (self.hidden, self.depth if on_input else self.hidden)
        if self.dtype == "float32":
            return b.constant((rng.standard_normal(shape) * 2.0 ** rng.integers(-3, 3)).astype(np.float32))
        drawn = np.zeros(shape, np.int8) if self.bias else values(rng, shape, "int8")
        return b.constant(drawn, float(np.float32(2.0 ** rng.uniform(-9, -3))) if not self.bias else 1.0)

    def _bias(self, rng: np.random.Generator, gate: int, scale: float | None) -> np.ndarray[Any, Any]:
        if self.bias:
            return np.full(self.hidden, round(self.bias[gate] / (scale or 1.0)))
        return rng.standard_normal(self.hidden) * (1 if scale is None else 3000)


def outputs(layer: Layer, invocations: int) -> list[float]:
    """Real outputs of a layer of one value whose gates depend on their biases alone."""
    model = parse(layer.build(np.random.default_rng(0)))
    session, x = Session(model), np.zeros(layer.input_shape, layer.dtype)
    stored = [session.run(x).outputs[0].item() for _ in range(invocations)]
    target = model.outputs[0]
    return [(value - target.zero_point) * target.scale for value in stored]


@pytest.mark.parametrize("dtype", ["int8", "int16"])
def test_open_gates_let_the_cell_grow_and_the_state_lives_on(dtype: str) -> None:
    layer = Layer(dtype, bias=(7.0, 7.0, 0.5, 7.0))
    step = math.tanh(0.5)
    expected = [math.tanh(step), math.tanh(2 * step), math.tanh(3 * step)]
    np.testing.assert_allclose(outputs(layer, 3), expected, atol=0.02)


def test_a_shut_forget_gate_keeps_nothing_and_a_shut_output_gate_shows_nothing() -> None:
    forgetful = outputs(Layer("int16", bias=(7.0, -8.0, 0.5, 7.0)), 3)
    np.testing.assert_allclose(forgetful, math.tanh(math.tanh(0.5)), atol=0.002)
    np.testing.assert_allclose(outputs(Layer("int16", bias=(7.0, 7.0, 0.5, -8.0)), 3), 0, atol=0.001)


def test_the_clip_holds_the_cell() -> None:
    clipped = outputs(Layer("int16", bias=(7.0, 7.0, 2.0, 7.0), cell_clip=0.25), 4)
    np.testing.assert_allclose(clipped, math.tanh(0.25), atol=0.002)


def test_states_must_be_variables() -> None:
    with pytest.raises(ModelError, match="must be variables"):
        Session(parse(Layer("int8", is_variable=False).build(np.random.default_rng(0))))


def test_tensors_must_fit() -> None:
    b, one = Builder(), np.ones((2, 2), np.float32)
    x, w, bias = b.input("x", (1, 1, 3), "float32"), b.constant(one), b.constant(one[0])
    states = [b.tensor(name, (1, 2), "float32", is_variable=True) for name in ("hidden", "cell")]
    y = b.output("y", (1, 1, 2), "float32")
    given = [x, *[w] * 8, *[None] * 3, *[bias] * 4, None, None, *states, *[None] * 4]
    b.op("UNIDIRECTIONAL_SEQUENCE_LSTM", given, [y], fused_activation_function="TANH")
    with pytest.raises(ShapeError, match="do not fit"):
        Session(parse(b.build()))


@drawn.SOME
@given(st.sampled_from(["int8", "int16", "float32"]), st.integers(1, 3), st.integers(1, 4), st.integers(1, 9),
       st.integers(1, 9), st.booleans(), st.sampled_from([0.0, 0.3, 2.0, 100.0]), st.integers(-15, -8),
       drawn.seed)  # fmt: skip
def test_against_tflm(
    dtype: str, batch: int, steps: int, depth: int, hidden: int, time_major: bool, clip: float, power: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    layer = Layer(dtype, batch, steps, depth, hidden, time_major, clip, power)
    assert_same_sequence(layer.build(rng), [(values(rng, layer.input_shape, dtype),) for _ in range(3)])

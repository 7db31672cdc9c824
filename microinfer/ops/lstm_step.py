"""One layer of LSTM on integers: int8 or int16 activations and hidden state, int16 gates and cell state.

Per time step, for the gates input, forget, cell and output, with Q3.12 before and Q0.15 after the activation (sigmoid,
for the cell gate tanh, by table):
gate = activation(sat16(input_factor * (x . Wx + input_bias)) + hidden_factor * (h . Wh + hidden_bias));
cell = clip(sat16(forget_factor * forget * cell) + input_factor * input * cell_gate);
hidden = sat(hidden_factor * output * tanh(cell) + hidden_offset).
Offsets of x and h are in the biases: bias + offset * row sum of the weights. The second term of a sum is saturated to
int16 before it is added in TensorFlow Lite Micro, and only with the sum in CMSIS-NN.
Source: CMSIS-NN arm_nn_lstm_step_s8, _s16; TensorFlow Lite Micro kernels/lstm_eval.h.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from microinfer.fixedpoint import Int64Array, wrap32
from microinfer.graph.model import Array
from microinfer.numerics import Numerics
from microinfer.ops.exact_sums import exact_matmul
from microinfer.ops.sigmoid_table import sigmoid_16, tanh_16
from microinfer.quant import Clamp, Multiplier

INT16 = Clamp(-32768, 32767)


@dataclass(frozen=True, eq=False)
class Gate:
    """Integer weights (H, I) and (H, H), effective biases (H,), and the factors that take both sums to Q3.12."""

    input_weights: Array
    hidden_weights: Array
    input_bias: Int64Array
    hidden_bias: Int64Array
    input_factor: Multiplier
    hidden_factor: Multiplier


@dataclass(frozen=True, eq=False)
class LstmParams:
    """What a layer needs besides its gates.

    `cell_shift` is the power of two of the cell's scale relative to 2**-12; `wide` sums in 64 bits (int16 activations).
    """

    forget_factor: Multiplier
    input_factor: Multiplier
    hidden_factor: Multiplier
    hidden_offset: int
    hidden_range: Clamp
    cell_range: Clamp
    cell_shift: int
    wide: bool
    saturates_terms: bool
    numerics: Numerics

    def requantize_sum(self, sums: Int64Array, factor: Multiplier) -> Int64Array:
        """Sums of products scaled to a gate's Q3.12."""
        return (
            self.numerics.requantize_wide(sums, factor) if self.wide else self.numerics.requantize(wrap32(sums), factor)
        )

    def term(self, value: Int64Array) -> Int64Array:
        """The second term of a sum that is saturated to int16."""
        return INT16(value) if self.saturates_terms else value


@dataclass(frozen=True, eq=False)
class Gates:
    """The four gates of a layer."""

    input: Gate
    forget: Gate
    cell: Gate
    output: Gate


def table_steps(value: Int64Array, left_shift: int) -> Int64Array:
    """Q3.12 values times 2**left_shift as steps of the sigmoid table, ties up (arm_nn_activation_s16)."""
    if left_shift >= 0:
        return wrap32(value * (3 << left_shift))
    return (3 * value + (1 << (-left_shift - 1))) >> -left_shift


def lstm_sequence(
    x: Array, hidden: Array | None, cell: Array, gates: Gates, params: LstmParams
) -> tuple[Array, Array, Array]:
    """Run int8 or int16 `x` (T, B, I), T > 0, from `hidden` (B, H) and int16 `cell` (B, H).

    Returns the outputs (T, B, H) and both states. Without `hidden` the first step has no hidden term.
    """
    inputs = [_input_term(x, gate, params) for gate in (gates.input, gates.forget, gates.cell, gates.output)]
    outputs = np.empty((*x.shape[:2], cell.shape[1]), x.dtype)
    state: Int64Array = cell.astype(np.int64)
    for t in range(len(x)):
        hidden, state = _step([term[t] for term in inputs], hidden, state, gates, params)
        outputs[t] = hidden
    return outputs, outputs[-1], state.astype(np.int16)


def _input_term(x: Array, gate: Gate, params: LstmParams) -> Int64Array:
    sums = exact_matmul(x, gate.input_weights.T) + gate.input_bias
    return INT16(params.requantize_sum(sums, gate.input_factor))


def _step(
    terms: list[Int64Array], hidden: Array | None, cell: Int64Array, gates: Gates, params: LstmParams
) -> tuple[Array, Int64Array]:
    def gate(term: Int64Array, weights: Gate, activation: Callable[[Int64Array], Int64Array]) -> Int64Array:
        return activation(table_steps(_with_hidden(term, hidden, weights, params), 0))

    product = params.numerics.requantize
    admit, forget = gate(terms[0], gates.input, sigmoid_16), gate(terms[1], gates.forget, sigmoid_16)
    candidate, emit = gate(terms[2], gates.cell, tanh_16), gate(terms[3], gates.output, sigmoid_16)
    kept = INT16(product(forget * cell, params.forget_factor))
    added = params.term(product(admit * candidate, params.input_factor))
    cell = params.cell_range(INT16(wrap32(kept + added)))
    squashed = tanh_16(table_steps(cell, params.cell_shift))
    return params.hidden_range(product(emit * squashed, params.hidden_factor) + params.hidden_offset), cell


def _with_hidden(term: Int64Array, hidden: Array | None, gate: Gate, params: LstmParams) -> Int64Array:
    if hidden is None:
        return term
    sums = exact_matmul(hidden, gate.hidden_weights.T) + gate.hidden_bias
    return INT16(wrap32(term + params.term(params.requantize_sum(sums, gate.hidden_factor))))

"""One layer of LSTM in float32: every product, sum, exp and tanh rounded as the C loops round it.

gate = activation((x . input_weights + bias) + h . hidden_weights), sigmoid as LOGISTIC, tanh for the cell gate;
cell = forget * cell + input * cell_gate, clipped if the clip is positive; hidden = tanh(cell) * output.
Matrix products and element products are clamped to finite numbers. Source: TensorFlow Lite Micro kernels/lstm_eval.h.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from microinfer import libm
from microinfer.ops.float_activation import float_activation_range
from microinfer.ops.float_sums import Float32Array, dot_in_order, finish_float
from microinfer.ops.logistic import logistic_float

_finite = float_activation_range("NONE")


@dataclass(frozen=True, eq=False)
class FloatGates:
    """Weights (H, I) and (H, H) and biases (H,) of the gates input, forget, cell and output, in that order."""

    input_weights: Sequence[Float32Array]
    hidden_weights: Sequence[Float32Array]
    biases: Sequence[Float32Array]


def lstm_float_sequence(
    x: Float32Array, hidden: Float32Array, cell: Float32Array, gates: FloatGates, clip: np.float32
) -> tuple[Float32Array, Float32Array, Float32Array]:
    """Run `x` (T, B, I) from `hidden` and `cell` (B, H): outputs (T, B, H) and both states."""
    outputs = np.empty((*x.shape[:2], cell.shape[1]), np.float32)
    for t, values in enumerate(x):
        admit, forget, emit = (_gate(i, values, hidden, gates, logistic_float) for i in (0, 1, 3))
        candidate = _gate(2, values, hidden, gates, libm.tanhf)
        with np.errstate(all="ignore"):
            cell = _finite(forget * cell) + _finite(admit * candidate)
            cell = _clipped(cell, clip) if clip > 0 else cell
            hidden = outputs[t] = _finite(libm.tanhf(cell) * emit)
    return outputs, hidden, cell


def _clipped(cell: Float32Array, clip: np.float32) -> Float32Array:
    """Within `clip` of zero; NaN becomes `clip`."""
    below = np.where(cell < clip, cell, clip)
    return np.where(below < -clip, -clip, below)


def _gate(
    index: int,
    x: Float32Array,
    hidden: Float32Array,
    gates: FloatGates,
    activation: Callable[[Float32Array], Float32Array],
) -> Float32Array:
    of_input = finish_float(dot_in_order(x, gates.input_weights[index].T), gates.biases[index], _finite)
    of_hidden = finish_float(dot_in_order(hidden, gates.hidden_weights[index].T), None, _finite)
    with np.errstate(all="ignore"):
        return activation(of_input + of_hidden)

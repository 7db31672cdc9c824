"""LSTM over a sequence: int8 or int16 activations with int8 weights (arithmetic in lstm_step), or float32 (lstm_float).

Tensors by position: input (B, T, I), or (T, B, I) with time_major; weights of the gates input, forget, cell, output on
the input 1..4 (H, I) and on the hidden state 5..8 (H, H); biases 12..15 (H,); hidden state 18 and cell state 19, both
variables of B * H values. Peepholes, projection and layer normalisation have no kernel. The cell's scale is read as the
nearest power of two. Source: TensorFlow Lite Micro kernels/unidirectional_sequence_lstm.cc, lstm_eval_common.cc.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from microinfer import libm
from microinfer.errors import ModelError, ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.lstm_float import FloatGates, lstm_float_sequence
from microinfer.ops.lstm_step import INT16, Gate, Gates, LstmParams, lstm_sequence
from microinfer.ops.registry import Kernel, Update, operator
from microinfer.quant import INTEGER_RANGE, Clamp, Multiplier, quantize_multiplier, round_half_away

_INPUT_WEIGHTS, _HIDDEN_WEIGHTS, _BIASES = slice(1, 5), slice(5, 9), slice(12, 16)
_HIDDEN, _CELL, _TENSORS = 18, 19, 24
_GATE_INPUT_SCALE, _GATE_SCALE = 2.0**-12, 2.0**-15

Sequence = Callable[[Array, Array, Array], tuple[Array, Array, Array]]


def _dtypes(activation: str, weights: str, bias: str, cell: str) -> str:
    return "x".join([activation, *[weights] * 8, *[bias] * 4, activation, cell]) + f"->{activation}"


@dataclass(frozen=True)
class LstmShape:
    """B samples of T steps of I values, H hidden values."""

    batch: int
    steps: int
    depth: int
    hidden: int
    time_major: bool

    @classmethod
    def of(cls, node: Node) -> LstmShape:
        """Sizes of a node; raises ShapeError or ModelError where its tensors do not fit together."""
        source, time_major = node.input(0).shape, bool(node.options.get("time_major", False))
        hidden = node.input(1).shape[0] if node.input(1).shape else 0
        if len(node.inputs) != _TENSORS or len(source) != 3 or hidden < 1:
            raise ShapeError(f"layer {node.index} ({node.op}): {len(node.inputs)} inputs, the first {source}")
        steps, batch = source[:2] if time_major else source[1::-1]
        wanted = [(hidden, source[2])] * 4 + [(hidden, hidden)] * 4
        states = (node.input(_HIDDEN), node.input(_CELL))
        fits = [node.input(i).shape for i in range(1, 9)] == wanted
        fits = fits and all(node.input(i).shape == (hidden,) for i in range(*_BIASES.indices(_TENSORS)))
        if not fits or node.output.shape != (*source[:2], hidden) or any(t.elements != batch * hidden for t in states):
            raise ShapeError(
                f"layer {node.index} ({node.op}): tensors do not fit input {source}, {hidden} hidden values"
            )
        if not all(t.is_variable for t in states):
            raise ModelError(f"layer {node.index} ({node.op}): hidden and cell state must be variables")
        if node.options.get("fused_activation_function", "TANH") != "TANH":
            raise ModelError(f"layer {node.index} ({node.op}): the cell gate must have activation TANH")
        return cls(batch, steps, source[2], hidden, time_major)

    def kernel(self, sequence: Callable[..., tuple[Array, Array, Array]]) -> Kernel:
        """Kernel over the node's inputs of a `sequence(tensors, x, hidden, cell)` in time-major order."""

        def run(*tensors: Array | None) -> Update:
            x, hidden, cell = (t for t in (tensors[0], tensors[_HIDDEN], tensors[_CELL]) if t is not None)
            by_time = x if self.time_major else x.swapaxes(0, 1)
            states = (hidden.reshape(self.batch, self.hidden), cell.reshape(self.batch, self.hidden))
            outputs, new_hidden, new_cell = sequence(tensors, by_time, *states)
            in_order = outputs if self.time_major else np.ascontiguousarray(outputs.swapaxes(0, 1))
            updates = ((_HIDDEN, new_hidden.reshape(hidden.shape)), (_CELL, new_cell.reshape(cell.shape)))
            return Update((in_order,), updates)

        return run


def _gate_factors(node: Node, numerics: Numerics, source: int, weights: slice) -> list[Multiplier]:
    """Factors of one term of every gate; input `source` meets the `weights`."""
    scale = node.input(source).scale
    return [
        numerics.output_factor(scale, node.input(i).scale, _GATE_INPUT_SCALE) for i in range(*weights.indices(_TENSORS))
    ]


def lstm_params(node: Node, numerics: Numerics) -> LstmParams:
    """Parameters of an integer node as TensorFlow Lite Micro derives them."""
    hidden, cell = node.input(_HIDDEN), node.input(_CELL)
    clip = float(node.options.get("cell_clip", 0.0))
    bound = int(min(clip / cell.scale, 32767.0))
    logarithm, unit = libm.logf(np.array([cell.scale, 2.0], np.float32))
    power = int(round_half_away(logarithm * (np.float32(1) / unit)))
    return LstmParams(
        forget_factor=quantize_multiplier(_GATE_SCALE * cell.scale / cell.scale),
        input_factor=quantize_multiplier(_GATE_SCALE * _GATE_SCALE / cell.scale),
        hidden_factor=quantize_multiplier(_GATE_SCALE * _GATE_SCALE / hidden.scale),
        hidden_offset=hidden.zero_point,
        hidden_range=Clamp(*INTEGER_RANGE[hidden.dtype]),
        cell_range=Clamp(-bound, bound) if clip > 0 else INT16,
        cell_shift=power + 12,
        wide=hidden.dtype == "int16",
        saturates_terms=True,
        numerics=numerics,
    )


def _gates(node: Node, numerics: Numerics) -> Callable[[tuple[Array, ...]], Gates]:
    """What builds the gates of an integer node from the arrays of its tensors."""
    of_input = _gate_factors(node, numerics, 0, _INPUT_WEIGHTS)
    of_hidden = _gate_factors(node, numerics, _HIDDEN, _HIDDEN_WEIGHTS)
    input_zero, hidden_zero = node.input(0).zero_point, node.input(_HIDDEN).zero_point
    zeros = [node.input(i).zero_point for i in range(1, 9)]

    def gate(index: int, tensors: tuple[Array, ...]) -> Gate:
        on_input = tensors[_INPUT_WEIGHTS][index].astype(np.int64) - zeros[index]
        on_hidden = tensors[_HIDDEN_WEIGHTS][index].astype(np.int64) - zeros[4 + index]
        bias = tensors[_BIASES][index].astype(np.int64) - input_zero * on_input.sum(axis=1)
        hidden_bias = -hidden_zero * on_hidden.sum(axis=1)
        return Gate(on_input, on_hidden, bias, hidden_bias, of_input[index], of_hidden[index])

    return lambda tensors: Gates(*(gate(i, tensors) for i in range(4)))


def macs(node: Node) -> int:
    """Each of the four gates of a step meets the input and the hidden state."""
    batch, steps, depth = node.input(0).shape
    hidden = node.output.shape[2]
    return batch * steps * 4 * hidden * (depth + hidden)


_INTEGER = (_dtypes("int8", "int8", "int32", "int16"), _dtypes("int16", "int8", "int64", "int16"))


@operator("UNIDIRECTIONAL_SEQUENCE_LSTM", _INTEGER, macs=macs, folds=False)
def plan(node: Node, numerics: Numerics) -> Kernel:
    shape, params, gates = LstmShape.of(node), lstm_params(node, numerics), _gates(node, numerics)
    return shape.kernel(lambda tensors, x, hidden, cell: lstm_sequence(x, hidden, cell, gates(tensors), params))


@operator("UNIDIRECTIONAL_SEQUENCE_LSTM", _dtypes(*["float32"] * 4), macs=macs, folds=False)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    shape, clip = LstmShape.of(node), np.float32(node.options.get("cell_clip", 0.0))

    def sequence(tensors: tuple[Array, ...], x: Array, hidden: Array, cell: Array) -> tuple[Array, Array, Array]:
        gates = FloatGates(tensors[_INPUT_WEIGHTS], tensors[_HIDDEN_WEIGHTS], tensors[_BIASES])
        return lstm_float_sequence(x, hidden, cell, gates, clip)

    return shape.kernel(sequence)

"""Fully connected layer: int8, int16 or float32 activations, one scale for all or one per output.

accumulator = bias[o] + sum((x + input_offset) * (w[o] + filter_offset)), modulo 2**32 for int8 activations and int32
bias, in 64 bits for int16 activations with int64 bias. Weights are int8, or int4 (one scale) with int8 activations.
In float32 the sum runs over the inputs in order.
Source: CMSIS-NN arm_fully_connected_s8, _per_channel_s8, _s4, _s16; TensorFlow Lite
reference_integer_ops::FullyConnected, reference_ops::FullyConnected.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from microinfer.errors import ShapeError, UnsupportedError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.bias import add_bias, sums_are_wide
from microinfer.ops.exact_sums import exact_matmul
from microinfer.ops.float_activation import FloatClamp, float_activation
from microinfer.ops.float_sums import dot_in_order, finish_float
from microinfer.ops.output_stage import OutputStage
from microinfer.ops.registry import Kernel, operator, weight_macs


@dataclass(frozen=True, eq=False)
class FullyConnectedParams:
    """Everything but the arrays; offsets are minus the zero points, `row_shape` is the output's shape after batch.

    Weights with one scale per output have no zero point.
    """

    input_offset: int
    filter_offset: int
    row_shape: tuple[int, ...]
    stage: OutputStage

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> FullyConnectedParams:
        source, weights, row_shape = node.input(0), node.input(1), _row_shape(node)
        wide = sums_are_wide(node, source.dtype)
        quantization = weights.quantization
        if quantization is None or quantization.scale.size == 1:
            stage = OutputStage.of(node, numerics, weights.shape[0], wide=wide)
            offset = -int(quantization.zero_point[0]) if quantization is not None else 0
            return cls(-source.zero_point, offset, row_shape, stage)
        if weights.dtype == "int4":
            raise UnsupportedError(f"layer {node.index} (FULLY_CONNECTED): int4 weights need one scale for all outputs")
        in_double = replace(numerics, multiplier="double")
        return cls(-source.zero_point, 0, row_shape, OutputStage.of(node, in_double, weights.shape[0], wide=wide))


def _row_shape(node: Node) -> tuple[int, ...]:
    source, weights, target = node.input(0), node.input(1), node.output
    if len(weights.shape) != 2 or not target.shape or weights.shape[0] != target.shape[-1]:
        raise ShapeError(f"layer {node.index} (FULLY_CONNECTED): weights {weights.shape}, output {target.shape}")
    rows, depth = target.elements // max(1, weights.shape[0]), weights.shape[1]
    if source.elements != rows * depth:
        raise ShapeError(f"layer {node.index} (FULLY_CONNECTED): {source.shape} is not {rows} rows of {depth}")
    return target.shape[1:]


def fully_connected(x: Array, weights: Array, bias: Array | None = None, *, params: FullyConnectedParams) -> Array:
    """Multiply int8 or int16 `x`, read as rows of length D, by int8 `weights` (O, D); the result has the dtype of `x`.

    `bias` is int32 or int64 (O,), or None.
    """
    rows = x.reshape(-1, weights.shape[1]).astype(np.int32) + params.input_offset
    sums = exact_matmul(rows, (weights.astype(np.int32) + params.filter_offset).T)
    return params.stage(add_bias(sums, bias)).astype(x.dtype).reshape(-1, *params.row_shape)


def fully_connected_float(
    x: Array, weights: Array, bias: Array | None = None, *, row_shape: tuple[int, ...], activation: FloatClamp
) -> Array:
    """Multiply float32 `x`, read as rows of length D, by float32 `weights` (O, D) to (rows, *row_shape)."""
    total = dot_in_order(x.reshape(-1, weights.shape[1]), weights.T)
    return finish_float(total, bias, activation).reshape(-1, *row_shape)


@operator("FULLY_CONNECTED", ("int8xint8->int8", "int8xint4->int8", "int16xint8->int16"), macs=weight_macs)
def plan(node: Node, numerics: Numerics) -> Kernel:
    return partial(fully_connected, params=FullyConnectedParams.of(node, numerics))


@operator("FULLY_CONNECTED", "float32xfloat32->float32", macs=weight_macs)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    sums_are_wide(node, "float32")
    return partial(fully_connected_float, row_shape=_row_shape(node), activation=float_activation(node))

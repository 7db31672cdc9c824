"""Fully connected layer: int8 activations and weights, int32 bias, one scale for all or one per output.

accumulator = bias[o] + sum((x + input_offset) * (w[o] + filter_offset)) modulo 2**32.
Source: CMSIS-NN arm_fully_connected_s8, arm_fully_connected_per_channel_s8; TensorFlow Lite
reference_integer_ops::FullyConnected.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.bias import add_bias
from microinfer.ops.output_stage import OutputStage
from microinfer.ops.registry import Kernel, operator, weight_macs


@dataclass(frozen=True, eq=False)
class FullyConnectedParams:
    """Everything but the arrays; offsets are minus the zero points, `row_shape` is the output's shape after batch."""

    input_offset: int
    filter_offset: int
    row_shape: tuple[int, ...]
    stage: OutputStage

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> FullyConnectedParams:
        source, weights, target = node.input(0), node.input(1), node.output
        if len(weights.shape) != 2 or not target.shape or weights.shape[0] != target.shape[-1]:
            raise ShapeError(f"layer {node.index} (FULLY_CONNECTED): weights {weights.shape}, output {target.shape}")
        rows, depth = target.elements // max(1, weights.shape[0]), weights.shape[1]
        if source.elements != rows * depth:
            raise ShapeError(f"layer {node.index} (FULLY_CONNECTED): {source.shape} is not {rows} rows of {depth}")
        stage = OutputStage.of(node, numerics, weights.shape[0])
        offset = -int(weights.quantization.zero_point[0]) if weights.quantization is not None else 0
        return cls(-source.zero_point, offset, target.shape[1:], stage)


def fully_connected(x: Array, weights: Array, bias: Array | None, params: FullyConnectedParams) -> Array:
    """Multiply int8 `x`, read as rows of length D, by int8 `weights` (O, D); `bias` is int32 (O,) or None."""
    rows = x.reshape(-1, weights.shape[1]).astype(np.float64) + params.input_offset
    sums = rows @ (weights.astype(np.float64) + params.filter_offset).T
    return params.stage(add_bias(sums.astype(np.int64), bias)).astype(x.dtype).reshape(-1, *params.row_shape)


@operator("FULLY_CONNECTED", "int8xint8->int8", macs=weight_macs)
def plan(node: Node, numerics: Numerics) -> Kernel:
    return partial(fully_connected, params=FullyConnectedParams.of(node, numerics))

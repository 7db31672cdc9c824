"""Depthwise convolution over NHWC: int8 activations and weights, int32 bias, one scale per output channel.

Input channel c feeds output channels c * multiplier + m, m < depth multiplier; otherwise as conv_2d.
Source: CMSIS-NN arm_depthwise_conv_s8; TensorFlow Lite reference_integer_ops::DepthwiseConvPerChannel.
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
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.window import Window


@dataclass(frozen=True, eq=False)
class DepthwiseParams:
    """Everything but the arrays; `input_offset` is minus the input's zero point."""

    window: Window
    input_offset: int
    depth_multiplier: int
    stage: OutputStage

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> DepthwiseParams:
        source, weights, target = node.input(0), node.input(1), node.output
        if len(weights.shape) != 4 or weights.shape[0] != 1 or weights.shape[3] != target.shape[-1]:
            raise ShapeError(f"layer {node.index} (DEPTHWISE_CONV_2D): weights {weights.shape}, output {target.shape}")
        window = Window.of(node, weights.shape[1:3])
        channels = weights.shape[3]
        if source.shape[3] < 1 or channels % source.shape[3]:
            raise ShapeError(f"layer {node.index} (DEPTHWISE_CONV_2D): {source.shape[3]} channels to {channels}")
        stage = OutputStage.of(node, numerics, channels)
        return cls(window, -source.zero_point, channels // source.shape[3], stage)


def depthwise_conv_2d(x: Array, weights: Array, bias: Array | None, params: DepthwiseParams) -> Array:
    """Filter int8 `x` (N, H, W, C) with int8 `weights` (1, KH, KW, C * depth_multiplier) to int8 (N, OH, OW, ...).

    `bias` is int32 with one entry per output channel, or None.
    """
    shifted = x.astype(np.float64) + params.input_offset
    patches = params.window.patches(params.window.pad(shifted, 0))
    filters = weights[0].astype(np.float64).reshape(*weights.shape[1:3], x.shape[3], params.depth_multiplier)
    sums = np.einsum("nhwcij,ijcm->nhwcm", patches, filters, optimize=False)
    total = sums.reshape(*patches.shape[:3], weights.shape[3]).astype(np.int64)
    return params.stage(add_bias(total, bias)).astype(x.dtype)


def macs(node: Node) -> int:
    """Each output element takes one pass over its channel's KH x KW filter."""
    height, width = node.input(1).shape[1:3]
    return node.output.elements * height * width


@operator("DEPTHWISE_CONV_2D", "int8xint8->int8", macs=macs)
def plan(node: Node, numerics: Numerics) -> Kernel:
    return partial(depthwise_conv_2d, params=DepthwiseParams.of(node, numerics))

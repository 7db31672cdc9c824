"""Convolution over NHWC: int8 activations and weights, int32 bias, one scale per output channel.

accumulator = bias[o] + sum((x + input_offset) * w[o]) modulo 2**32; padding adds nothing. Weights with fewer input
channels than the activation divide the channels into groups.
Source: CMSIS-NN arm_convolve_s8; TensorFlow Lite reference_integer_ops::ConvPerChannel.
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
from microinfer.ops.window import Window


@dataclass(frozen=True, eq=False)
class ConvParams:
    """Everything but the arrays; `input_offset` is minus the input's zero point."""

    window: Window
    input_offset: int
    stage: OutputStage

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> ConvParams:
        source, weights, target = node.input(0), node.input(1), node.output
        if len(weights.shape) != 4 or weights.shape[0] != target.shape[-1]:
            raise ShapeError(f"layer {node.index} (CONV_2D): weights {weights.shape} for output {target.shape}")
        window = Window.of(node, weights.shape[1:3])
        _groups(source.shape[3], weights.shape[3], weights.shape[0])
        return cls(window, -source.zero_point, OutputStage.of(node, numerics, weights.shape[0]))


def _groups(channels: int, group_channels: int, filters: int) -> int:
    if group_channels < 1 or channels % group_channels or filters % (channels // group_channels):
        raise ShapeError(f"{channels} channels in groups of {group_channels} do not divide {filters} filters")
    return channels // group_channels


def conv_2d(x: Array, weights: Array, bias: Array | None, params: ConvParams) -> Array:
    """Convolve int8 `x` (N, H, W, C) with int8 `weights` (O, KH, KW, C / groups) to int8 (N, OH, OW, O).

    `bias` is int32 (O,) or None. Sums are formed in float64, which holds products of int8 exactly up to 2**38 terms.
    """
    groups = _groups(x.shape[3], weights.shape[3], weights.shape[0])
    shifted = x.astype(np.float64) + params.input_offset
    patches = params.window.patches(params.window.pad(shifted, 0))
    per_group = np.moveaxis(weights, 3, 1).astype(np.float64).reshape(groups, weights.shape[0] // groups, -1)
    rows = patches.reshape(*patches.shape[:3], groups, -1)
    sums = np.einsum("nhwgk,gok->nhwgo", rows, per_group, optimize=True) if groups > 1 else rows @ per_group[0].T
    total = sums.reshape(*patches.shape[:3], weights.shape[0]).astype(np.int64)
    return params.stage(add_bias(total, bias)).astype(x.dtype)


@operator("CONV_2D", "int8xint8->int8", macs=weight_macs)
def plan(node: Node, numerics: Numerics) -> Kernel:
    return partial(conv_2d, params=ConvParams.of(node, numerics))

"""Depthwise convolution over NHWC: int8, int16 or float32 activations, one scale per output channel.

Input channel c feeds output channels c * multiplier + m, m < depth multiplier; otherwise as conv_2d, except that int16
activations take an int64 bias only.
Source: CMSIS-NN arm_depthwise_conv_s8, _s4, _s16; TensorFlow Lite reference_integer_ops::DepthwiseConvPerChannel,
reference_ops::DepthwiseConv.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.errors import ShapeError
from microinfer.fixedpoint import Int64Array
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.bias import add_bias, sums_are_wide
from microinfer.ops.exact_sums import exact_dtype
from microinfer.ops.float_activation import FloatClamp, float_activation
from microinfer.ops.float_sums import finish_float
from microinfer.ops.output_stage import OutputStage
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.window import Window

_BIASES = {"int8": ("int32",), "int16": ("int64",), "float32": ("float32",)}


@dataclass(frozen=True, eq=False)
class DepthwiseParams:
    """Everything but the arrays; `input_offset` is minus the input's zero point, zero for int16."""

    window: Window
    input_offset: int
    depth_multiplier: int
    stage: OutputStage

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> DepthwiseParams:
        source, window = node.input(0), depthwise_window(node)
        channels = node.input(1).shape[3]
        wide = sums_are_wide(node, source.dtype, allowed=_BIASES[source.dtype])
        stage = OutputStage.of(node, numerics, channels, wide=wide)
        multiplier = channels // source.shape[3]
        if source.dtype == "int16":
            return cls(window, 0, multiplier, stage.without_offset())
        return cls(window, -source.zero_point, multiplier, stage)


def depthwise_window(node: Node) -> Window:
    """Window of a depthwise convolution; raises ShapeError where weights (1, KH, KW, O) do not fit the activations."""
    source, weights, target = node.input(0), node.input(1), node.output
    if len(weights.shape) != 4 or weights.shape[0] != 1 or weights.shape[3:] != target.shape[-1:]:
        raise ShapeError(f"layer {node.index} (DEPTHWISE_CONV_2D): weights {weights.shape}, output {target.shape}")
    window = Window.of(node, weights.shape[1:3])
    if source.shape[3] < 1 or weights.shape[3] % source.shape[3]:
        raise ShapeError(f"layer {node.index} (DEPTHWISE_CONV_2D): {source.shape[3]} channels to {weights.shape[3]}")
    return window


def _operands(x: Array, weights: Array, window: Window) -> tuple[Array, Array]:
    """Patches (N, OH, OW, C, KH, KW) and filters (KH, KW, C, depth multiplier)."""
    filters = weights.reshape(*weights.shape[1:3], x.shape[3], -1)
    return window.patches(window.pad(x, 0)), filters


def depthwise_sums(x: Array, weights: Array, window: Window) -> Int64Array:
    """Exact sums (N, OH, OW, O) of integer `x` (N, H, W, C) under integer `weights` (1, KH, KW, O)."""
    dtype = exact_dtype(x, weights, weights[0, :, :, 0].size)
    patches, filters = _operands(x.astype(dtype), weights.astype(dtype), window)
    sums = np.einsum("nhwcij,ijcm->nhwcm", patches, filters, optimize=False)
    return np.asarray(sums.reshape(*patches.shape[:3], -1), np.int64)


def depthwise_conv_2d(x: Array, weights: Array, bias: Array | None = None, *, params: DepthwiseParams) -> Array:
    """Filter int8 or int16 `x` (N, H, W, C) with int8 `weights` (1, KH, KW, C * depth_multiplier), same dtype out.

    `bias` is int32 or int64 with one entry per output channel, or None; the result has shape (N, OH, OW, O).
    """
    shifted = x.astype(np.int32) + params.input_offset
    return params.stage(add_bias(depthwise_sums(shifted, weights, params.window), bias)).astype(x.dtype)


def depthwise_conv_2d_float(
    x: Array, weights: Array, bias: Array | None = None, *, window: Window, activation: FloatClamp
) -> Array:
    """Filter float32 `x` (N, H, W, C) with finite float32 `weights` (1, KH, KW, O) to (N, OH, OW, O), cell by cell."""
    patches, filters = _operands(x, weights, window)
    total = np.zeros((*patches.shape[:4], filters.shape[3]), np.float32)
    with np.errstate(all="ignore"):
        for row, column in np.ndindex(*window.kernel):
            total += patches[..., row, column, None] * filters[row, column]
    return finish_float(total.reshape(*patches.shape[:3], -1), bias, activation)


def macs(node: Node) -> int:
    """Each output element takes one pass over its channel's KH x KW filter."""
    height, width = node.input(1).shape[1:3]
    return node.output.elements * height * width


@operator("DEPTHWISE_CONV_2D", ("int8xint8->int8", "int8xint4->int8", "int16xint8->int16"), macs=macs)
def plan(node: Node, numerics: Numerics) -> Kernel:
    return partial(depthwise_conv_2d, params=DepthwiseParams.of(node, numerics))


@operator("DEPTHWISE_CONV_2D", "float32xfloat32->float32", macs=macs)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    sums_are_wide(node, "float32")
    return partial(depthwise_conv_2d_float, window=depthwise_window(node), activation=float_activation(node))

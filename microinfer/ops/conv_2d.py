"""Convolution over NHWC: int8, int16 or float32 activations, one scale per output channel.

accumulator = bias[o] + sum((x + input_offset) * w[o]), modulo 2**32 for int8 activations and int32 bias, in 64 bits for
int16 activations with int64 bias; int16 activations have no offsets. Weights are int8, or int4 with int8 activations.
In float32 each sum runs over rows, columns and channels of the filter in that order. Padding adds nothing. Weights
with fewer input channels than the activation divide the channels into groups.
Source: CMSIS-NN arm_convolve_s8, _s4, _s16; TensorFlow Lite reference_integer_ops::ConvPerChannel, reference_ops::Conv.
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
from microinfer.ops.float_sums import dot_in_order, finish_float
from microinfer.ops.output_stage import OutputStage
from microinfer.ops.registry import Kernel, operator, weight_macs
from microinfer.ops.window import Window


@dataclass(frozen=True, eq=False)
class ConvParams:
    """Everything but the arrays; `input_offset` is minus the input's zero point, zero for int16."""

    window: Window
    input_offset: int
    stage: OutputStage

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> ConvParams:
        source, window = node.input(0), conv_window(node)
        wide = sums_are_wide(node, source.dtype)
        stage = OutputStage.of(node, numerics, node.input(1).shape[0], wide=wide)
        if source.dtype == "int16":
            return cls(window, 0, stage.without_offset())
        return cls(window, -source.zero_point, stage)


def conv_window(node: Node) -> Window:
    """Window of a convolution; raises ShapeError where weights (O, KH, KW, C / groups) do not fit the activations."""
    source, weights, target = node.input(0), node.input(1), node.output
    if len(weights.shape) != 4 or weights.shape[:1] != target.shape[-1:]:
        raise ShapeError(f"layer {node.index} (CONV_2D): weights {weights.shape} for output {target.shape}")
    window = Window.of(node, weights.shape[1:3])
    _groups(source.shape[3], weights.shape[3], weights.shape[0])
    return window


def _groups(channels: int, group_channels: int, filters: int) -> int:
    if channels < 1 or group_channels < 1 or channels % group_channels or filters % (channels // group_channels):
        groups = f"{channels} channels in groups of {group_channels}"
        raise ShapeError(f"CONV_2D: {groups} do not divide {filters} filters")
    return channels // group_channels


def _matrices(x: Array, weights: Array, window: Window) -> tuple[Array, Array]:
    """Patches (groups, N * OH * OW, K) and filters (groups, K, O / groups), K over rows, columns, channels."""
    filters, height, width, depth = weights.shape
    groups = _groups(x.shape[3], depth, filters)
    patches = np.moveaxis(window.patches(window.pad(x, 0)), 3, 5)
    by_group = patches.reshape(-1, height * width, groups, depth).transpose(2, 0, 1, 3)
    rows = by_group.reshape(groups, -1, height * width * depth)
    return rows, weights.reshape(groups, filters // groups, -1).transpose(0, 2, 1)


def _nhwc(sums: Array, x: Array, window: Window) -> Array:
    """Sums (groups, N * OH * OW, O / groups) as (N, OH, OW, O)."""
    return sums.transpose(1, 0, 2).reshape(x.shape[0], *window.output, -1)


def conv_sums(x: Array, weights: Array, window: Window) -> Int64Array:
    """Exact sums (N, OH, OW, O) of integer `x` (N, H, W, C) under integer `weights` (O, KH, KW, C / groups)."""
    dtype = exact_dtype(x, weights, weights[0].size)
    products = np.matmul(*_matrices(x.astype(dtype), weights.astype(dtype), window))
    return _nhwc(products, x, window).astype(np.int64)


def conv_2d(x: Array, weights: Array, bias: Array | None = None, *, params: ConvParams) -> Array:
    """Convolve int8 or int16 `x` (N, H, W, C) with int8 `weights` (O, KH, KW, C / groups), same dtype out.

    `bias` is int32 or int64 (O,), or None; the result has shape (N, OH, OW, O).
    """
    shifted = x.astype(np.int32) + params.input_offset
    return params.stage(add_bias(conv_sums(shifted, weights, params.window), bias)).astype(x.dtype)


def conv_2d_float(
    x: Array, weights: Array, bias: Array | None = None, *, window: Window, activation: FloatClamp
) -> Array:
    """Convolve float32 `x` (N, H, W, C) with finite float32 `weights` (O, KH, KW, C / groups) to (N, OH, OW, O)."""
    return finish_float(_nhwc(dot_in_order(*_matrices(x, weights, window)), x, window), bias, activation)


@operator("CONV_2D", ("int8xint8->int8", "int8xint4->int8", "int16xint8->int16"), macs=weight_macs)
def plan(node: Node, numerics: Numerics) -> Kernel:
    return partial(conv_2d, params=ConvParams.of(node, numerics))


@operator("CONV_2D", "float32xfloat32->float32", macs=weight_macs)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    sums_are_wide(node, "float32")
    return partial(conv_2d_float, window=conv_window(node), activation=float_activation(node))
